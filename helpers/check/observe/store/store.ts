import { isIPv4 } from 'node:net';
import type { KeyValueStoreKind } from '../../../cluster/key-value/key-value-store.ts';
import { openStore } from '../../../cluster/key-value/open-store.ts';
import { type Observed, seen, unseen } from '../../model/observed.ts';
import type { ExchangeResult } from '../../probe/exchange.ts';
import type { TargetStore } from '../../model/target.ts';
import { storesOf } from '../cluster-kind.ts';
import { type Asked, type AskedHost, probeOn, type Round } from '../round.ts';
import { DOCKER_KEY, readStoreEntries } from './store-entries.ts';

/** A member of a key-value cluster, as the store has it. */
export interface StoreMember {
  /** `192.168.99.101:2376` */
  readonly advertised: string;
}

/** A network of all engines, as the store has it: `docker/network/v1.0/network/<id>`. */
export interface StoreNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  /** VXLAN network identifiers, one for each subnet. */
  readonly vnis: readonly number[];
}

/** An end of an overlay, as the store has it: `docker/network/v1.0/endpoint/<network>/<end>`. */
export interface StoreEnd {
  readonly id: string;
  readonly networkId: string;
  /** The container's name. */
  readonly name: string;
  /** IPv4, without its prefix length. */
  readonly address: string;
  readonly mac: string;
  /** Address of the host that the container is on: the VXLAN tunnel end point. */
  readonly locator: string;
}

/** What the key-value store of a cluster says. */
export interface StoreView {
  readonly store: TargetStore;
  /** `Consul 1.8.7` */
  readonly version: string;
  readonly members: readonly StoreMember[];
  readonly networks: readonly StoreNetwork[];
  readonly ends: readonly StoreEnd[];
  /** Keys whose values are not what engines write there. */
  readonly strange: readonly string[];
}

/** Whether a host reaches the store. */
export interface StoreReach {
  readonly store: TargetStore;
  /** What it met, if not. */
  readonly error: string | undefined;
}

/** Milliseconds for one answer. */
const ANSWER_LIMIT = 8_000;

/** Reads all that engines keep in their store, in one go. Of several servers the first that answers is asked. */
export async function observeStore(
  stores: readonly TargetStore[],
  signal: AbortSignal,
): Promise<Observed<StoreView>> {
  if (stores.length === 0) return unseen('no engine names a supported key-value store');
  return seen(await firstToAnswer(stores.map(async (store) => await readStore(store, signal))));
}

async function firstToAnswer<T>(all: readonly Promise<T>[]): Promise<T> {
  return await Promise.any(all).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error;
  });
}

async function readStore(store: TargetStore, signal: AbortSignal): Promise<StoreView> {
  const options = { limit: ANSWER_LIMIT, signal };
  const opened = openStore(store.kind, store.address, store.port);
  const [version, entries] = await Promise.all([
    opened.version(options),
    opened.readTree(DOCKER_KEY, options),
  ]);
  return { store, version: `${opened.name} ${version}`, ...readStoreEntries(entries) };
}

/** Milliseconds until a host is taken not to reach the store. */
const REACH_LIMIT = 5_000;

/** What each kind of store answers, and ends the connection after. */
const greetings: Readonly<Record<KeyValueStoreKind, string>> = {
  consul: 'GET /v1/status/leader HTTP/1.0\r\n\r\n',
  etcd: 'GET /version HTTP/1.0\r\n\r\n',
  zookeeper: 'srvr',
};

/** Whether that host reaches the store, or any of its servers. */
export async function observeReach(
  { name }: AskedHost,
  { kind, hosts }: Asked,
  round: Round,
): Promise<Observed<StoreReach>> {
  if (kind !== 'key-value') return unseen('the cluster has no key-value store', 'inapplicable');
  const probe = probeOn(round, name);
  if ('unseen' in probe) return probe;
  const stores = storesOf(round.target, hosts).filter(({ address }) => isIPv4(address));
  if (stores.length === 0) return unseen('the address of the store is unknown', 'inapplicable');
  const reaches = await Promise.all(
    stores.map(async (store): Promise<StoreReach> => {
      const result = await probe.seen.exchange(
        'host',
        { protocol: 'tcp', address: store.address, port: store.port },
        Buffer.from(greetings[store.kind]),
        { limit: REACH_LIMIT, signal: round.signal },
      );
      return { store, error: reachErrorOf(result) };
    }),
  );
  const best = reaches.find(({ error }) => error === undefined) ?? reaches[0];
  return best === undefined ? unseen('no host was asked') : seen(best);
}

/** Why a store counts as not reached, by what came of the question; undefined when it answered. */
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
