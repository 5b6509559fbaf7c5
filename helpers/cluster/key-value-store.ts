import type { MachineProvider } from '../machine/machine.ts';

/** One key of a store. */
export interface StoreEntry {
  readonly key: string;
  readonly value: string;
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
 * a slash in front: `docker/nodes/192.168.99.101:2376`.
 */
export interface KeyValueStore {
  readonly address: string;
  readonly port: number;
  /** As an engine's `cluster-store` takes it: `consul://192.168.99.100:8500`. */
  readonly url: string;
  /** Returns once the store takes what is written and gives it back. */
  waitUntilReady(options?: StoreOptions): Promise<void>;
  /** Who leads, in the store's own words; undefined while nobody does. */
  leader(options?: StoreOptions): Promise<string | undefined>;
  /** The same, asked from inside of a machine: whoever gets the same answer there reaches this store. */
  leaderSeenFrom(
    provider: MachineProvider,
    machine: string,
    options?: StoreOptions,
  ): Promise<string | undefined>;
  /** Undefined when there is no such key. */
  read(key: string, options?: StoreOptions): Promise<string | undefined>;
  /** All keys at and below `prefix`, in order; folders are left out. */
  readTree(prefix: string, options?: StoreOptions): Promise<StoreEntry[]>;
  write(key: string, value: string, options?: StoreOptions): Promise<void>;
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
