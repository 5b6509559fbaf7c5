import { createOverlay } from '../../helpers/cluster/overlay-network.ts';
import { type PlacedTask, waitForTasks } from './swarm-tasks.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { NetworkRequest } from '../../helpers/docker/networks.ts';
import type { ServiceSpec } from '../../helpers/docker/swarm/service-spec.ts';
import { runOn } from './containers.ts';
import type { SwarmLab } from './lab.ts';

/** An attachable network for one test. */
export interface NetworkOfTest {
  readonly name: string;
  readonly id: string;
  /** Runs a container on it. */
  run(engine: Engine, name: string): Promise<Container>;
  /** Runs a service on it, and waits until its containers run as `wanted` on each node. */
  serve(
    spec: Omit<ServiceSpec, 'networks'>,
    wanted: Readonly<Record<string, number>>,
  ): Promise<PlacedTask[]>;
}

/**
 * Creates a network, and removes its containers and services at the end of the test. The network stays until the
 * machines are removed: an engine ends a service's container only after 2 s, and uses its network until then.
 *
 * @param name a name for this test alone
 */
export async function useNetwork(
  { manager }: SwarmLab,
  onTestFinished: (clear: () => Promise<void>) => void,
  name: string,
  request: Partial<NetworkRequest> = {},
): Promise<NetworkOfTest> {
  const { id } = await createOverlay(manager, { attachable: true, ...request, name });
  return {
    name,
    id,
    run: async (engine, containerName) => {
      const container = await runOn(engine, name, containerName);
      onTestFinished(() => container.remove());
      return container;
    },
    serve: async (spec, wanted) => {
      await manager.services.create({ ...spec, networks: [name] });
      onTestFinished(() => manager.services.remove(spec.name));
      return await waitForTasks(manager, spec.name, wanted);
    },
  };
}

/** Returns the addresses of these containers on that network. */
export function addressesOn({ name }: NetworkOfTest, tasks: readonly PlacedTask[]): string[] {
  return tasks.map(({ addresses, node }) => addresses[name] ?? `none on ${name} (${node})`);
}

export async function containerOf(
  { manager, worker }: SwarmLab,
  { node, containerId }: PlacedTask,
): Promise<Container> {
  const engine = node === 'manager' ? manager : worker;
  return await engine.containers.find(containerId);
}
