import { consul } from './consul.ts';
import { etcd } from './etcd.ts';
import {
  entriesBelow,
  type KeyValueStore,
  type KeyValueStoreKind,
  type StoreOptions,
} from './key-value-store.ts';
import type { StoreMake } from './store-driver.ts';
import { waitForStore } from './wait-for-store.ts';
import { zookeeper } from './zookeeper.ts';

/** The store of that kind at that address, at its usual port unless another one is given. Asks nothing yet. */
export function openStore(kind: KeyValueStoreKind, address: string, port?: number): KeyValueStore {
  return openers[kind](address, port);
}

type Opener = (address: string, port?: number) => KeyValueStore;

const openers: Readonly<Record<KeyValueStoreKind, Opener>> = {
  consul: (...place) => openMake(consul, ...place),
  etcd: (...place) => openMake(etcd, ...place),
  zookeeper: (...place) => openMake(zookeeper, ...place),
};

function openMake<Line>(
  make: StoreMake<Line>,
  address: string,
  port: number = make.port,
): KeyValueStore {
  const place = { address, port };
  const line = (options?: StoreOptions) => make.line(place, options);
  const store: KeyValueStore = {
    kind: make.kind,
    name: make.name,
    ...place,
    url: `${make.scheme}://${address}:${port}`,
    waitUntilReady: async (options) => await waitForStore(store, make.remark, options),
    version: async (options) => await make.readVersion(line(options)),
    servers: async (options) => await make.readServers(line(options)),
    read: async (key, options) => (await make.readKey(line(options), key)) || undefined,
    readFrom: async (asker, key) =>
      (await make.readKey(make.lineFrom(place, asker), key)) || undefined,
    readTree: async (prefix, options) =>
      entriesBelow(await make.readTree(line(options), prefix), prefix),
    write: async (key, value, options) => await make.write(line(options), { key, value }),
    remove: async (key, options) => await make.remove(line(options), key),
  };
  return store;
}
