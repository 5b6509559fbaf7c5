import type { RequestOrigin } from '../request-from-machine.ts';

/** The makes of stores that engines can meet in. */
export const keyValueStoreKinds = ['consul', 'etcd', 'zookeeper'] as const;

export type KeyValueStoreKind = (typeof keyValueStoreKinds)[number];

/** Below this key each engine keeps itself, at `192.168.99.101:2376`, for as long as it lives. */
export const MEMBERS_KEY = 'docker/nodes/';

/** One key of a store. */
export interface StoreEntry {
  readonly key: string;
  readonly value: string;
}

/** One of the servers that agree on what a store holds. */
export interface StoreServer {
  /** As the store calls it: `172.17.0.2:8300`. */
  readonly name: string;
  readonly leads: boolean;
}

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly limit?: number;
  /** Publishes nothing: for a wait that asks again and again. */
  readonly quiet?: boolean;
}

/**
 * The store through which the engines of a key-value cluster find each other, whatever its make. Keys are paths without
 * a slash in front: `docker/nodes/192.168.99.101:2376`. A key without a value counts as a folder, whatever the make: some
 * have no other folders, and engines make such keys in those that have.
 */
export interface KeyValueStore {
  readonly kind: KeyValueStoreKind;
  /** As its makers write it: `ZooKeeper`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** As an engine's `cluster-store` takes it: `consul://192.168.99.100:8500`. */
  readonly url: string;
  /** Returns once the store takes what is written and gives it back. */
  waitUntilReady(options?: StoreOptions): Promise<void>;
  version(options?: StoreOptions): Promise<string>;
  servers(options?: StoreOptions): Promise<StoreServer[]>;
  /** Undefined when there is no such key, or a folder. */
  read(key: string, options?: StoreOptions): Promise<string | undefined>;
  /** What a machine reads that asks the store itself: it proves that this machine reaches it. */
  readFrom(asker: RequestOrigin, key: string): Promise<string | undefined>;
  /** All keys at and below `prefix`, in order; folders are left out. */
  readTree(prefix: string, options?: StoreOptions): Promise<StoreEntry[]>;
  write(key: string, value: string, options?: StoreOptions): Promise<void>;
  /** A key that is not there is gone already. What is below it stays. */
  remove(key: string, options?: StoreOptions): Promise<void>;
}

/**
 * The options of an engine that shall be in this store's cluster: `docker-machine create --engine-opt`.
 *
 * @param advertise the interface or address, and the port, at which the other engines find this one
 */
export function engineOptionsFor(
  store: Pick<KeyValueStore, 'url'>,
  advertise = 'eth1:2376',
): string[] {
  return [`cluster-store=${store.url}`, `cluster-advertise=${advertise}`];
}

/** The values at and below that key, in the order of their keys' characters; not those whose names only begin so. */
export function entriesBelow(entries: readonly StoreEntry[], prefix: string): StoreEntry[] {
  const folder = prefix.replace(/\/$/, '');
  return entries
    .filter(({ value }) => value !== '')
    .filter(({ key }) => folder === '' || key === folder || key.startsWith(`${folder}/`))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
