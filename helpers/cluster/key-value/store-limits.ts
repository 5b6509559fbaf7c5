import type { KeyValueStoreKind } from './key-value-store.ts';

/** Known defects of engines with a kind of key-value store; empty if none is known. */
export interface StoreLimits {
  /** The reason why containers cannot join a network. */
  readonly containers?: string;
  /** The reason why a network cannot be removed. */
  readonly removal?: string;
  /** Engines miss changes between reading the members and watching them. */
  readonly missesChanges?: true;
}

export const storeLimits: Readonly<Record<KeyValueStoreKind, StoreLimits>> = {
  consul: {},
  etcd: {},
  zookeeper: {
    // libnetwork counts an overlay's containers under a key that it looks for by its whole path, in a list of which
    // ZooKeeper's client gives the last words only; what it does not find, it takes for found. specs/cluster proves it.
    containers:
      'an engine of Docker 20.10 ends at the first container on an overlay that it keeps in ZooKeeper, by a defect of its own',
    removal:
      'an engine of Docker 20.10 fails at removing an overlay that it keeps in ZooKeeper, by a defect of its own',
    missesChanges: true,
  },
};
