import type { RequestOrigin } from '../request-from-machine.ts';
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
 * What is particular to one make of store.
 *
 * @template Connection how one talks to it: what `connect` and `connectFrom` give, and all else is asked over
 */
export interface StoreDriver<Connection> {
  readonly kind: KeyValueStoreKind;
  readonly name: string;
  /** Of its URL. */
  readonly scheme: string;
  readonly port: number;
  /** What to know of this make when it does not come to lead. */
  readonly remark: string;
  connect(place: StoreAddress, options?: StoreOptions): Connection;
  /** From inside of a machine: good for reading. */
  connectFrom(place: StoreAddress, asker: RequestOrigin): Connection;
  readVersion(connection: Connection): Promise<string>;
  readServers(connection: Connection): Promise<StoreServer[]>;
  /** Undefined or empty when there is none, or it is a folder. */
  readKey(connection: Connection, key: string): Promise<string | undefined>;
  /** All keys at and below that one, in any order; it may give more. */
  readTree(connection: Connection, prefix: string): Promise<StoreEntry[]>;
  write(connection: Connection, entry: StoreEntry): Promise<void>;
  remove(connection: Connection, key: string): Promise<void>;
}
