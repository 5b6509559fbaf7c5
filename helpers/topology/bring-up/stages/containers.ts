import { isListening } from '../../../check/observe/application/listening.ts';
import { connectEngine } from '../../../docker/engine.ts';
import type { Container } from '../../../docker/containers/container.ts';
import type { Machine, MachineProvider } from '../../../machine/machine.ts';
import {
  createContainers,
  type Deployment,
  type FindSilentPorts,
  startContainers,
} from '../../../workload/deploy-containers.ts';
import type { PreparedImage } from '../../../workload/images/prepare-images.ts';
import type { TopologyDocument } from '../../document.ts';
import { placesOf, type TopologyContainer } from '../../topology.ts';
import { runStage } from './run-stage.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';

/** A user-defined container with its image. */
export interface OwnContainer {
  readonly container: TopologyContainer;
  readonly image: PreparedImage;
}

/** The requirements of user-defined containers. */
export interface ContainersEnvironment {
  readonly machines: readonly Machine[];
  readonly provider: MachineProvider;
  /** Resolves when the containers may start; they are created before that. */
  readonly after: Promise<unknown>;
  readonly signal: AbortSignal;
}

/** Runs the user-defined containers. Ready when each runs and listens on its ports. */
export async function bringUpContainers(
  own: readonly OwnContainer[],
  { machines, provider, after, signal }: ContainersEnvironment,
): Promise<TopologyDocument['workload']> {
  return await runStage('containers', async () => {
    const deployments = own.map((one) => describeDeployment(one, machines));
    const [containers] = await Promise.all([createContainers(deployments, { signal }), after]);
    await startContainers(deployments, containers, lookFrom(provider), { signal });
    const places = placesOf({ containers: own.map(({ container }) => container) });
    return await Promise.all(
      places.map(async ({ container, ...place }, at) => {
        const created = containers[at];
        const address = await created?.addressOn(place.network, { signal });
        return {
          container,
          ...omitUndefined({ id: created?.id }),
          ...place,
          address: address ?? '',
        };
      }),
    );
  });
}

/** Describes a user-defined container for its engine. */
export function describeDeployment(
  { container, image }: OwnContainer,
  machines: readonly Machine[],
): Deployment {
  const { name, network, command, entrypoint, environment, ports, listensOn = [] } = container;
  const machine = machines.find((one) => one.name === container.machine);
  if (machine === undefined) throw new Error(`container ${name}: no machine ${container.machine}`);
  return {
    engine: connectEngine(machine),
    image,
    listensOn,
    spec: {
      name,
      network,
      ...omitUndefined({ command, entrypoint, env: environment, publish: ports }),
    },
  };
}

/**
 * Returns a function that reads the listening ports of a container's network from the machine's kernel, so that the
 * container needs no program for it.
 */
export function lookFrom(provider: MachineProvider): FindSilentPorts {
  return async (container: Container, ports, signal) => {
    const { pid } = await container.inspect({ signal, quiet: true });
    const tables = [`/proc/${pid}/net/tcp`, `/proc/${pid}/net/tcp6`];
    // The machine may have no IPv6.
    const { stdout } = await provider.run(container.machine.name, ['cat', ...tables], {
      signal,
      expect: 'any',
    });
    return ports.filter((port) => !isListening([stdout], port));
  };
}
