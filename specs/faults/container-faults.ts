import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { type OverlayGround, removeForGood } from './overlay-faults.ts';

/** A container that has no business on that engine. */
export function strayContainer(engine: Engine, spec: ContainerSpec & { name: string }): Fault {
  return {
    name: `a container ${spec.name} runs on ${engine.machine.name} too`,
    inject: async () => {
      const container = await engine.containers.run(spec);
      return async () => await container.remove();
    },
  };
}

/**
 * A container that is somewhere else than it was: gone from its engine, and made anew on another.
 *
 * On a key-value cluster it must not have the address that it had: an engine that led a container of its own to another
 * of its own, by an entry for its own address, never takes that away, and sends there what is for it elsewhere.
 */
export function movedContainer(
  container: Container,
  {
    from,
    to,
    spec,
    address,
    ground,
  }: {
    readonly from: Engine;
    readonly to: Engine;
    readonly spec: ContainerSpec;
    /** What it has there. */
    readonly address: string;
    readonly ground: OverlayGround;
  },
): Fault {
  return {
    name: `${container.name} runs on ${to.machine.name} instead of ${from.machine.name}`,
    inject: async () => {
      await container.remove();
      const moved = await to.containers.run({ ...spec, address });
      return async () => {
        await removeForGood(moved, ground);
        await from.containers.run(spec);
      };
    },
  };
}

/** A container that was told to stop, and that nobody started again. Its end on the network is gone meanwhile. */
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
 * Its processes are frozen. The engine has it as running, its end is there and its kernel answers ping; whoever connects
 * to its program is let in, and never hears a word.
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

/** A container whose program ends as soon as it starts, and which its engine starts again and again. */
export function restartingContainer(
  container: Container,
  { engine, spec }: { readonly engine: Engine; readonly spec: ContainerSpec },
): Fault {
  return {
    name: `${container.name} ends as soon as it starts`,
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
