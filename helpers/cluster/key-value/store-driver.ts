import type { Asker } from '../ask-from-machine.ts';
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
 * @template Line how one talks to it: what `line` and `lineFrom` give, and all else is asked over
 */
export interface StoreMake<Line> {
  readonly kind: KeyValueStoreKind;
  readonly name: string;
  /** Of its URL. */
  readonly scheme: string;
  readonly port: number;
  /** What to know of this make when it does not come to lead. */
  readonly remark: string;
  line(place: StoreAddress, options?: StoreOptions): Line;
  /** From inside of a machine: good for reading. */
  lineFrom(place: StoreAddress, asker: Asker): Line;
  readVersion(line: Line): Promise<string>;
  readServers(line: Line): Promise<StoreServer[]>;
  /** Undefined or empty when there is none, or it is a folder. */
  readKey(line: Line, key: string): Promise<string | undefined>;
  /** All keys at and below that one, in any order; it may give more. */
  readTree(line: Line, prefix: string): Promise<StoreEntry[]>;
  write(line: Line, entry: StoreEntry): Promise<void>;
  remove(line: Line, key: string): Promise<void>;
}
