import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { type OverlayHosts, removeWithEntries } from './overlay-faults.ts';

/** A container that does not belong on this engine. */
export function unexpectedContainer(engine: Engine, spec: ContainerSpec & { name: string }): Fault {
  return {
    name: `a container ${spec.name} also runs on ${engine.machine.name}`,
    inject: async () => {
      const container = await engine.containers.run(spec);
      return async () => await container.remove();
    },
  };
}

/**
 * Moves a container: removes it from its engine and creates it again on another.
 *
 * On a key-value cluster, it needs another address. An engine can have an entry with its own host address for one of the containers that it runs. It never deletes this entry, and would send traffic for the moved container to itself.
 */
export function movedContainer(
  container: Container,
  {
    from,
    to,
    spec,
    address,
    hosts,
  }: {
    readonly from: Engine;
    readonly to: Engine;
    readonly spec: ContainerSpec;
    /** The address of the moved container. */
    readonly address: string;
    readonly hosts: OverlayHosts;
  },
): Fault {
  return {
    name: `${container.name} runs on ${to.machine.name} instead of ${from.machine.name}`,
    inject: async () => {
      await container.remove();
      const moved = await to.containers.run({ ...spec, address });
      return async () => {
        await removeWithEntries(moved, hosts);
        await from.containers.run(spec);
      };
    },
  };
}

/** A container that was stopped and not started again. It has no endpoint on the network while it is stopped. */
export function stoppedContainer(container: Container): Fault {
  return {
    name: `${container.name} is stopped`,
    inject: async () => {
      await container.stop();
      return async () => await container.start();
    },
  };
}

/**
 * A container with frozen processes. For its engine it is running, it has an endpoint, and its kernel answers ping.
 * Clients can connect to its program but get no response.
 */
export function pausedContainer(
  provider: MachineProvider,
  { machine, name }: Pick<Container, 'machine' | 'name'>,
): Fault {
  return inMachine(provider, machine.name, {
    name: `${name} is paused`,
    inject: `docker pause ${name}`,
    undo: `docker unpause ${name}`,
  });
}

/** A container whose program exits when it starts, and which its engine restarts repeatedly. */
export function restartingContainer(
  container: Container,
  { engine, spec }: { readonly engine: Engine; readonly spec: ContainerSpec },
): Fault {
  return {
    name: `${container.name} exits when it starts`,
    inject: async () => {
      await container.remove();
      const ending = { ...spec, entrypoint: ['false'], command: [], restart: 'always' } as const;
      const broken = await engine.containers.run(ending);
      return async () => {
        await broken.remove();
        await engine.containers.run(spec);
      };
    },
  };
}
