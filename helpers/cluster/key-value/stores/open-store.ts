import { consul } from './consul.ts';
import { etcd } from './etcd.ts';
import {
  entriesBelow,
  type KeyValueStore,
  type KeyValueStoreKind,
  type StoreOptions,
} from './key-value-store.ts';
import type { StoreDriver } from './store-driver.ts';
import { waitForStore } from './wait-for-store.ts';
import { zookeeper } from './zookeeper.ts';

/** Opens a key-value store at an address, by default at the usual port of its kind. Sends no requests yet. */
export function openKeyValueStore(
  kind: KeyValueStoreKind,
  address: string,
  port?: number,
): KeyValueStore {
  return openers[kind](address, port);
}

type Opener = (address: string, port?: number) => KeyValueStore;

const openers: Readonly<Record<KeyValueStoreKind, Opener>> = {
  consul: (...place) => openDriver(consul, ...place),
  etcd: (...place) => openDriver(etcd, ...place),
  zookeeper: (...place) => openDriver(zookeeper, ...place),
};

function openDriver<Connection>(
  driver: StoreDriver<Connection>,
  address: string,
  port: number = driver.port,
): KeyValueStore {
  const place = { address, port };
  const connect = (options?: StoreOptions) => driver.connect(place, options);
  const store: KeyValueStore = {
    kind: driver.kind,
    name: driver.name,
    ...place,
    url: `${driver.scheme}://${address}:${port}`,
    waitUntilReady: async (options) => await waitForStore(store, driver.remark, options),
    version: async (options) => await driver.readVersion(connect(options)),
    servers: async (options) => await driver.readServers(connect(options)),
    read: async (key, options) => (await driver.readKey(connect(options), key)) || undefined,
    readFrom: async (origin, key) =>
      (await driver.readKey(driver.connectFrom(place, origin), key)) || undefined,
    readTree: async (prefix, options) =>
      entriesBelow(await driver.readTree(connect(options), prefix), prefix),
    write: async (key, value, options) => await driver.write(connect(options), { key, value }),
    remove: async (key, options) => await driver.remove(connect(options), key),
  };
  return store;
}
