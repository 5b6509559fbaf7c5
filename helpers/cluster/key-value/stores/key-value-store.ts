import type { RequestOrigin } from '../../request-from-machine.ts';

/** The key-value stores that engines support for discovery. */
export const keyValueStoreKinds = ['consul', 'etcd', 'zookeeper'] as const;

export type KeyValueStoreKind = (typeof keyValueStoreKinds)[number];

/** The folder in which each running engine keeps an entry, such as `192.168.99.101:2376`. */
export const MEMBERS_KEY = 'docker/nodes/';

/** A key of a key-value store with its value. */
export interface StoreEntry {
  readonly key: string;
  readonly value: string;
}

/** One of the servers of a key-value store. */
export interface StoreServer {
  /** The store's name for the server: `172.17.0.2:8300`. */
  readonly name: string;
  readonly leads: boolean;
}

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly limit?: number;
  /** Publishes no activities, for waits that poll. */
  readonly quiet?: boolean;
}

/**
 * The key-value store through which the engines of a cluster find each other. Keys are paths without a leading slash:
 * `docker/nodes/192.168.99.101:2376`. In every store, a key without a value counts as a folder: some stores have no
 * other folders, and engines create such keys in the stores that do.
 */
export interface KeyValueStore {
  readonly kind: KeyValueStoreKind;
  /** The product's name: `ZooKeeper`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The URL for an engine's `cluster-store` option: `consul://192.168.99.100:8500`. */
  readonly url: string;
  /** Waits until the store returns a value that was written to it. */
  waitUntilReady(options?: StoreOptions): Promise<void>;
  version(options?: StoreOptions): Promise<string>;
  servers(options?: StoreOptions): Promise<StoreServer[]>;
  /** Returns undefined if the key does not exist or is a folder. */
  read(key: string, options?: StoreOptions): Promise<string | undefined>;
  /** Returns the value that a machine reads with its own request, which proves that the machine reaches the store. */
  readFrom(origin: RequestOrigin, key: string): Promise<string | undefined>;
  /** Returns all keys at and below `prefix`, in order, without folders. */
  readTree(prefix: string, options?: StoreOptions): Promise<StoreEntry[]>;
  write(key: string, value: string, options?: StoreOptions): Promise<void>;
  /** Removes a key, but not the keys below it. A key that does not exist is not an error. */
  remove(key: string, options?: StoreOptions): Promise<void>;
}

/**
 * Returns the options of an engine that joins this store's cluster: `docker-machine create --engine-opt`.
 *
 * @param advertise the interface or address, and the port, at which the other engines find this one
 */
export function engineOptionsFor(
  store: Pick<KeyValueStore, 'url'>,
  advertise = 'eth1:2376',
): string[] {
  return [`cluster-store=${store.url}`, `cluster-advertise=${advertise}`];
}

/** Returns the values at and below a key, sorted by key, without keys that only share a prefix with its name. */
export function entriesBelow(entries: readonly StoreEntry[], prefix: string): StoreEntry[] {
  const folder = prefix.replace(/\/$/, '');
  return entries
    .filter(({ value }) => value !== '')
    .filter(({ key }) => folder === '' || key === folder || key.startsWith(`${folder}/`))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
