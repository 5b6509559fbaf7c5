import type { KeyValueStore } from '../../cluster/key-value-store.ts';
import { waitForCluster } from '../../cluster/members.ts';
import { whileStoreIsReached } from '../../cluster/store-reach.ts';
import type { Machine, MachineProvider, MachineRequest } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { allSettled } from '../../process/harness-error.ts';

/** What the machines of a cluster are made with. */
export interface ClusterGround {
  readonly store: Promise<KeyValueStore>;
  readonly provider: MachineProvider;
  readonly signal: AbortSignal;
}

/**
 * Makes the machines of the cluster. Their engines start only when the store answers: one that starts before joins the
 * others up to 20 s late, and what is made on it meanwhile is never announced. Ready when all are in the store and the
 * gossip of each knows every other.
 */
export async function standUpCluster(
  requests: readonly MachineRequest[],
  { store, provider, signal }: ClusterGround,
): Promise<Machine[]> {
  return await activity('stage', 'cluster', async () => {
    const creations = requests.map(async (request) => {
      const tried = `machine ${request.name}: create`;
      const reach = { store, provider, machines: [request.name] };
      return await whileStoreIsReached(tried, reach, signal, (until) =>
        provider.create({ ...request, engineAfter: store }, { signal: until }),
      );
    });
    const machines = await allSettled('cluster: create its machines', creations);
    await waitForCluster(await store, machines, { provider, signal });
    return machines;
  });
}
