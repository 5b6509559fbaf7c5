import type { KeyValueStore } from '../../../cluster/key-value/stores/key-value-store.ts';
import { waitForCluster } from '../../../cluster/key-value/members.ts';
import { whileStoreIsReached } from '../../../cluster/key-value/store-reach.ts';
import type { Machine, MachineProvider, MachineRequest } from '../../../machine/machine.ts';
import { allSettled } from '../../../process/errors/harness-error.ts';
import { runStage } from './run-stage.ts';

/** The requirements of a cluster's machines. */
export interface ClusterEnvironment {
  readonly store: Promise<KeyValueStore>;
  readonly provider: MachineProvider;
  readonly signal: AbortSignal;
}

/**
 * Creates the machines of the cluster. Their engines start when the key-value store answers: an engine that starts
 * earlier joins the others up to 20 s late, and endpoints created on it in that time are never announced. Ready when
 * all are in the store and the gossip of each knows every other engine.
 */
export async function bringUpCluster(
  requests: readonly MachineRequest[],
  { store, provider, signal }: ClusterEnvironment,
): Promise<Machine[]> {
  return await runStage('cluster', async () => {
    const machines = await allSettled(
      'cluster: create its machines',
      requests.map((request) => createMember(request, { store, provider, signal })),
    );
    const introduced = requests.length > MEET_ANYHOW;
    await waitForCluster(await store, machines, { provider, introduced, signal });
    return machines;
  });
}

/**
 * The number of engines that find each other in any start order. Each engine joins the gossip once, through a random
 * member of its first list of the store (libnetwork's overlay driver: `joinOnce`), and tries again only after a failure
 * and a change of the members. Of two engines, the earlier one joins the later one, even if the later one's attempt
 * failed. A third one stays alone if its attempt fails, because the others have joined already: an engine is in the store
 * before its gossip listens, which takes long on a busy computer. Of more engines, two may also choose each other and
 * never find the rest, as happened with 16 engines that started at the same time. More engines are therefore introduced
 * to each other: starting them one by one, as an alternative, takes a second for each.
 */
const MEET_ANYHOW = 2;

/** Creates a machine whose engine starts when the key-value store answers. */
export async function createMember(
  request: MachineRequest,
  { store, provider, signal }: ClusterEnvironment,
): Promise<Machine> {
  const tried = `machine ${request.name}: create`;
  const reach = { store, provider, machines: [request.name] };
  return await whileStoreIsReached(tried, reach, signal, (until) =>
    provider.create({ ...request, engineAfter: store }, { signal: until }),
  );
}
