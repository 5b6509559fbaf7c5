import type { KeyValueStore } from '../../../cluster/key-value/key-value-store.ts';
import { waitForCluster, waitForDiscovery } from '../../../cluster/key-value/members.ts';
import { whileStoreIsReached } from '../../../cluster/key-value/store-reach.ts';
import type { Machine, MachineProvider, MachineRequest } from '../../../machine/machine.ts';
import { onMachine } from '../../../process/activity.ts';
import { allSettled } from '../../../process/errors/harness-error.ts';
import { runStage } from './run-stage.ts';

/** What the machines of a cluster are made with. */
export interface ClusterEnvironment {
  readonly store: Promise<KeyValueStore>;
  readonly provider: MachineProvider;
  readonly signal: AbortSignal;
}

/**
 * Makes the machines of the cluster. Their engines start only when the store answers: one that starts before joins the
 * others up to 20 s late, and what is made on it meanwhile is never announced. Ready when all are in the store and the
 * gossip of each knows every other.
 */
export async function bringUpCluster(
  requests: readonly MachineRequest[],
  { store, provider, signal }: ClusterEnvironment,
): Promise<Machine[]> {
  return await runStage('cluster', async () => {
    const environment = { store, provider, signal };
    const creations =
      requests.length > MEET_ANYHOW
        ? createOneByOne(requests, environment)
        : requests.map((request) => createMember(request, store, environment));
    const machines = await allSettled('cluster: create its machines', creations);
    await waitForCluster(await store, machines, { provider, signal });
    return machines;
  });
}

/**
 * How many engines meet in whatever order they start. Each joins the gossip once, with one of those that it sees in the
 * store at its first look, picked at random (libnetwork's overlay driver: `joinOnce`). Three are connected by that; of
 * more, two may pick each other, and they and the rest never meet. 16 that were started at once did so.
 */
const MEET_ANYHOW = 3;

/** Makes machines side by side, but for their engines: each starts when the one before it has met the first. */
function createOneByOne(
  requests: readonly MachineRequest[],
  environment: ClusterEnvironment,
): Promise<Machine>[] {
  const { store, signal } = environment;
  let before: Promise<unknown> = store;
  let first: Promise<Machine> | undefined;
  return requests.map((request) => {
    const creation = createMember(request, before, environment);
    const met = Promise.all([store, creation, first]).then(async ([there, machine, other]) => {
      await onMachine(machine.name, () => waitForDiscovery(there, machine, other, { signal }));
      return machine;
    });
    first ??= creation;
    // One that fails says so itself; the others are not to fail with its error.
    before = met.catch(() => store);
    return met;
  });
}

async function createMember(
  request: MachineRequest,
  engineAfter: Promise<unknown>,
  { store, provider, signal }: ClusterEnvironment,
): Promise<Machine> {
  const tried = `machine ${request.name}: create`;
  const reach = { store, provider, machines: [request.name] };
  return await whileStoreIsReached(tried, reach, signal, (until) =>
    provider.create({ ...request, engineAfter }, { signal: until }),
  );
}
