import type { KeyValueStoreKind } from './stores/key-value-store.ts';

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
    // libnetwork counts an overlay's containers under a key. It looks for the key by its whole path, in a list in which
    // ZooKeeper's client returns only the last path elements. It treats a missing key as found. specs/cluster proves
    // it.
    containers:
      'Docker 20.10 exits when the first container joins an overlay in ZooKeeper (a defect of Docker)',
    removal:
      'Docker 20.10 cannot remove an overlay that it keeps in ZooKeeper (a defect of Docker)',
    missesChanges: true,
  },
};
