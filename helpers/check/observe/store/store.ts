import { isIPv4 } from 'node:net';
import type { KeyValueStoreKind } from '../../../cluster/key-value/stores/key-value-store.ts';
import { openKeyValueStore } from '../../../cluster/key-value/stores/open-store.ts';
import { type Observed, withValue, withoutValue } from '../../model/observed.ts';
import type { ExchangeResult } from '../../probe/exchange.ts';
import type { TargetStore } from '../../model/target.ts';
import { storesOf } from '../../derive/cluster-kind.ts';
import { type QueriedCluster, probeOn, type ObservationContext } from '../observation-context.ts';
import type { QueriedHost } from '../../model/observation.ts';
import { DOCKER_KEY, readStoreEntries } from './store-entries.ts';
import type { StoreView, StoreReach } from '../../model/views/store-view.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Milliseconds for one answer. */
const ANSWER_LIMIT = 8_000;

/** Reads all data of engines in their store. Of several servers, the first answer counts. */
export async function observeStore(
  stores: readonly TargetStore[],
  signal: AbortSignal,
): Promise<Observed<StoreView>> {
  if (stores.length === 0) return withoutValue('no engine names a supported key-value store');
  return withValue(
    await firstToAnswer(stores.map(async (store) => await readStore(store, signal))),
  );
}

async function firstToAnswer<T>(all: readonly Promise<T>[]): Promise<T> {
  return await Promise.any(all).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error;
  });
}

async function readStore(store: TargetStore, signal: AbortSignal): Promise<StoreView> {
  const options = { limit: ANSWER_LIMIT, signal };
  const opened = openKeyValueStore(store.kind, store.address, store.port);
  const [version, entries] = await Promise.all([
    opened.version(options),
    opened.readTree(DOCKER_KEY, options),
  ]);
  return { store, version: `${opened.name} ${version}`, ...readStoreEntries(entries) };
}

/** Milliseconds until a host is taken not to reach the store. */
const REACH_LIMIT = 5_000;

/** A request for each kind of store after which it answers and closes the connection. */
const greetings: Readonly<Record<KeyValueStoreKind, string>> = {
  consul: 'GET /v1/status/leader HTTP/1.0\r\n\r\n',
  etcd: 'GET /version HTTP/1.0\r\n\r\n',
  zookeeper: 'srvr',
};

/** Connects from that host to all servers of the store. Returns a success if there is one, else an error. */
export async function observeReach(
  { name }: QueriedHost,
  cluster: QueriedCluster,
  context: ObservationContext,
): Promise<Observed<StoreReach>> {
  if (!traitsOf(cluster).hasStore) {
    return withoutValue('the cluster has no key-value store', 'not-applicable');
  }
  const { hosts } = cluster;
  const probe = probeOn(context, name);
  if ('missing' in probe) return probe;
  const stores = storesOf(context.target, hosts).filter(({ address }) => isIPv4(address));
  if (stores.length === 0)
    return withoutValue('the address of the store is unknown', 'not-applicable');
  const reaches = await Promise.all(
    stores.map(async (store): Promise<StoreReach> => {
      const result = await probe.value.exchange(
        'host',
        { protocol: 'tcp', address: store.address, port: store.port },
        Buffer.from(greetings[store.kind]),
        { limit: REACH_LIMIT, signal: context.signal },
      );
      return { store, error: reachErrorOf(result) };
    }),
  );
  const best = reaches.find(({ error }) => error === undefined) ?? reaches[0];
  return best === undefined ? withoutValue('no host was queried') : withValue(best);
}

/** Returns the reason why a store counts as unreachable; undefined if it answered. */
export function reachErrorOf({
  answer,
  connected,
  error,
}: Pick<ExchangeResult, 'answer' | 'connected' | 'error'>): string | undefined {
  // The kernel takes connections for a process that is paused or hangs: only an answer counts.
  if (answer.length > 0) return undefined;
  if (!connected) return error ?? 'no connection';
  return `accepts the connection but does not answer${error === undefined ? '' : ` (${error})`}`;
}
