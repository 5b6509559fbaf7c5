import { advertisedBy } from '../../docker/endpoints/require-tls.ts';
import type { Machine, MachineProvider } from '../../machine/machine.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { whileWatching } from '../../process/waits/while-watching.ts';
import { readGossipMembers } from '../gossip/gossip-members.ts';
import { requireClusterEngines } from './explain-engines.ts';
import { type KeyValueStore, MEMBERS_KEY, type StoreOptions } from './key-value-store.ts';
import { storeLimits } from './store-limits.ts';
import { whileStoreIsReached } from './store-reach.ts';

/** Where the engines of the cluster advertise themselves in the store: `192.168.99.101:2376`, in order. */
async function readMembers(store: KeyValueStore, options?: StoreOptions): Promise<string[]> {
  const entries = await store.readTree(MEMBERS_KEY, options);
  return entries.map(({ value }) => value).sort();
}

export interface ClusterWait {
  /** Runs in the machines what shows that they reach the store. */
  readonly provider: MachineProvider;
  /** Milliseconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns once these machines' engines are one cluster: each in the store with its address, and each known to the gossip
 * of every other.
 *
 * The gossip is what matters. An end point that is made before two engines have met is never announced to the other:
 * names and inspect look right there, but its kernel lacks the neighbour, for good. Nothing that an engine's API says
 * tells whether they have met.
 *
 * What can never become a cluster is an error at once: an engine without the options for it, machines of one hostname, a
 * store that does not answer or that a machine does not reach.
 */
export async function waitForCluster(
  store: KeyValueStore,
  machines: readonly Machine[],
  { provider, limit = 60_000, signal }: ClusterWait,
): Promise<void> {
  const addresses = machines.map(advertisedBy);
  const names = machines.map(({ name }) => name);
  const reach = { store, provider, machines: names };
  await whileStoreIsReached(`cluster of ${names.join(', ')}`, reach, signal, async (until) => {
    await requireClusterEngines(store, machines, until);
    await waitForMembers(store, addresses, { limit, signal: until });
    await whileNudgingWatchers(store, addresses, until, async (stirred) => {
      await waitForGossip(machines, { limit, signal: stirred });
    });
  });
}

/** Returns once the machine's engine is in the store, and its gossip knows the other's if there is one. */
export async function waitForDiscovery(
  store: KeyValueStore,
  machine: Machine,
  other: Machine | undefined,
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  const address = advertisedBy(machine);
  await waitForMembers(store, [address], { limit, signal });
  if (other === undefined) return;
  await whileNudgingWatchers(
    store,
    [address],
    signal ?? new AbortController().signal,
    async (stirred) => {
      await waitForGossipPeers(machine, [other], { limit, signal: stirred });
    },
  );
}

/**
 * Engines on ZooKeeper miss what changes between their reading the members and their watching them, even their own entry,
 * and have no gossip then until the members change once more: here they do, for a moment, by an entry that says nothing
 * new. (libkv's WatchTree lists first, and asks to be told of changes afterwards.)
 */
async function whileNudgingWatchers(
  store: KeyValueStore,
  [address = '']: readonly string[],
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (!storeLimits[store.kind].missesChanges) return await run(signal);
  const look = async () => {
    await store.write(`${MEMBERS_KEY}once-more`, address);
    await store.remove(`${MEMBERS_KEY}once-more`);
  };
  await whileWatching({ look, every: 1000, signal }, run);
}

/** Returns once all these addresses are in the store. */
async function waitForMembers(
  store: KeyValueStore,
  addresses: readonly string[],
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  await waitFor(
    `cluster: ${addresses.join(' and ')} in the store`,
    async () => {
      const members = new Set(await readMembers(store, { signal, quiet: true }));
      const missing = addresses.filter((address) => !members.has(address));
      return missing.length === 0 ? done(undefined) : notYet(`${missing.join(', ')} not there`);
    },
    {
      limit,
      signal,
      remedy:
        'read the engine’s log: it must reach the store, and cluster-advertise must name an interface that it has',
    },
  );
}

/** Returns once the gossip of each machine’s engine knows every other as alive. */
async function waitForGossip(
  machines: readonly Machine[],
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  await allSettled(
    'cluster: gossip',
    machines.map(async (machine) => {
      const others = machines.filter(({ name }) => name !== machine.name);
      await onMachine(machine.name, () => waitForGossipPeers(machine, others, { limit, signal }));
    }),
  );
}

async function waitForGossipPeers(
  machine: Machine,
  others: readonly Machine[],
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<void> {
  await waitFor(
    `${machine.name}: its gossip knows ${others.map(({ name }) => name).join(', ') || 'itself'}`,
    async () => {
      const members = await readGossipMembers(machine.address, { signal });
      const alive = new Set(
        members.filter(({ state }) => state === 'alive').map(({ address }) => address),
      );
      if (others.every(({ address }) => alive.has(address))) return done(undefined);
      const known = members.map(({ name, address, state }) => `${name} ${address} ${state}`);
      return notYet(`it knows ${known.join(', ') || 'nobody'}`);
    },
    {
      limit,
      signal,
      remedy:
        'see that port 7946 is open between the machines, TCP and UDP, and their hostnames differ',
    },
  );
}
