import type { RequestOrigin } from '../../request-from-machine.ts';
import type {
  KeyValueStore,
  KeyValueStoreKind,
  StoreEntry,
  StoreOptions,
  StoreServer,
} from './key-value-store.ts';

/** The address and the port of a store. */
export type StoreAddress = Pick<KeyValueStore, 'address' | 'port'>;

/**
 * The implementation of one kind of key-value store.
 *
 * @template Connection the connection that `connect` and `connectFrom` return and all requests use
 */
export interface StoreDriver<Connection> {
  readonly kind: KeyValueStoreKind;
  readonly name: string;
  /** The scheme of its URL. */
  readonly scheme: string;
  readonly port: number;
  /** Advice for the error if the store gets no leader. */
  readonly remark: string;
  connect(place: StoreAddress, options?: StoreOptions): Connection;
  /** Connects from inside a machine, for reading only. */
  connectFrom(place: StoreAddress, origin: RequestOrigin): Connection;
  readVersion(connection: Connection): Promise<string>;
  readServers(connection: Connection): Promise<StoreServer[]>;
  /** Returns undefined or an empty string if the key does not exist or is a folder. */
  readKey(connection: Connection, key: string): Promise<string | undefined>;
  /** Returns all keys at and below a key, in any order, and possibly others. */
  readTree(connection: Connection, prefix: string): Promise<StoreEntry[]>;
  write(connection: Connection, entry: StoreEntry): Promise<void>;
  remove(connection: Connection, key: string): Promise<void>;
}
