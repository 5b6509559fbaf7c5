import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import { advertisedBy } from '../../docker/endpoints/require-tls.ts';
import type { Machine, MachineProvider } from '../../machine/machine.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { whileWatching } from '../../process/waits/while-watching.ts';
import { isLiving } from '../gossip/gossip-protocol.ts';
import { introduce, readGossipMembers, tellMembers } from '../gossip/gossip-members.ts';
import { requireClusterEngines } from './explain-engines.ts';
import { type KeyValueStore, MEMBERS_KEY, type StoreOptions } from './stores/key-value-store.ts';
import { storeLimits } from './store-limits.ts';
import { whileStoreIsReached } from './store-reach.ts';

/** Returns the addresses that the engines of the cluster advertise in the store, in order: `192.168.99.101:2376`. */
async function readMembers(store: KeyValueStore, options?: StoreOptions): Promise<string[]> {
  const entries = await store.readTree(MEMBERS_KEY, options);
  return entries.map(({ value }) => value).sort();
}

export interface ClusterWait {
  /** Runs the commands in the machines that prove that they reach the store. */
  readonly provider: MachineProvider;
  /**
   * Introduces the engines to each other through the first machine's. Without this, they may form groups that never find
   * each other: see `bringUpCluster`.
   */
  readonly introduced?: boolean;
  /** Milliseconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until the engines of these machines form one cluster: each is in the store with its address, and the gossip of
 * each knows every other engine.
 *
 * Gossip is the decisive part. An endpoint that is created before two engines have exchanged gossip is never announced
 * to the other engine. Names and `docker network inspect` look correct there, but the kernel permanently lacks the
 * neighbor entry, and the engine's API does not show it.
 *
 * Problems that waiting cannot solve are immediate errors: an engine without the options for it, machines with the same
 * hostname, a store that does not answer or that a machine does not reach.
 */
export async function waitForCluster(
  store: KeyValueStore,
  machines: readonly Machine[],
  { provider, introduced = false, limit = 60_000, signal }: ClusterWait,
): Promise<void> {
  const addresses = machines.map(advertisedBy);
  const names = machines.map(({ name }) => name);
  const reach = { store, provider, machines: names };
  await whileStoreIsReached(`cluster of ${names.join(', ')}`, reach, signal, async (until) => {
    await requireClusterEngines(store, machines, until);
    const scaled = scaleLimit(limit, machines);
    await waitForMembers(store, addresses, { limit: scaled, signal: until });
    await whileNudgingWatchers(store, addresses, until, async (stirred) => {
      if (introduced) await introduceAll(machines, { limit: scaled, signal: stirred });
      await waitForGossip(machines, { limit: scaled, signal: stirred });
    });
  });
}

/**
 * Adds and removes an entry without information while waiting, if the store needs it. Engines on ZooKeeper miss changes
 * between reading and watching the members, even their own entry, and then have no gossip until the members change
 * again: libkv's WatchTree lists the members before it sets the watch.
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

/** Waits until all these addresses are in the store. */
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
      return missing.length === 0 ? done(undefined) : notYet(`missing: ${missing.join(', ')}`);
    },
    {
      limit,
      signal,
      hint: "read the engine's log: it must reach the key-value store, and cluster-advertise must name one of its interfaces",
    },
  );
}

/**
 * Introduces all engines to each other. Each gets the members that the first one knows at the end, so that none waits until the news
 * of the others arrive: the number of messages grows with the number of engines, not with that of pairs.
 */
async function introduceAll(
  machines: readonly Machine[],
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  const [first, ...others] = machines;
  if (first === undefined) return;
  await allSettled(
    'cluster: introduce the engines to each other',
    others.map(async (other) => {
      await onMachine(other.name, () =>
        waitFor(
          `${other.name}: introduced to the gossip of ${first.name}`,
          async () => {
            await introduce(first.address, other.address, { signal });
            return done(undefined);
          },
          { limit, signal, hint: GOSSIP_HINT },
        ),
      );
    }),
  );
  await allSettled(
    'cluster: tell each engine of the others',
    others.map(async ({ address }) => await tellMembers(first.address, address, { signal })),
  );
}

const GOSSIP_HINT =
  'open port 7946 between the machines, TCP and UDP, and check that their hostnames differ';

/** Waits until the gossip of each machine's engine knows every other engine as alive. */
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

/** Waits until the gossip of none of these machines lists a machine that has left the cluster among the living members. */
export async function waitUntilLeft(
  gone: Machine,
  machines: readonly Machine[],
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  await allSettled(
    `${gone.name}: leave the gossip`,
    machines.map(async (machine) => {
      await onMachine(machine.name, () =>
        waitFor(
          `${machine.name}: gossip has noticed that ${gone.name} left`,
          async () => {
            const members = await readGossipMembers(machine.address, { signal });
            const member = members.find((one) => one.address === gone.address && isLiving(one));
            return member === undefined
              ? done(undefined)
              : notYet(`${gone.name} is ${member.state}`);
          },
          { limit: scaleLimit(limit, machines), signal },
        ),
      );
    }),
  );
}

async function waitForGossipPeers(
  machine: Machine,
  others: readonly Machine[],
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<void> {
  await waitFor(
    `${machine.name}: gossip knows ${others.map(({ name }) => name).join(', ') || 'itself'}`,
    async () => {
      const members = await readGossipMembers(machine.address, { signal });
      const alive = new Set(
        members.filter(({ state }) => state === 'alive').map(({ address }) => address),
      );
      if (others.every(({ address }) => alive.has(address))) return done(undefined);
      const known = members.map(({ name, address, state }) => `${name} ${address} ${state}`);
      return notYet(`it knows ${known.join(', ') || 'no other engine'}`);
    },
    {
      limit,
      signal,
      hint: GOSSIP_HINT,
    },
  );
}
