import { readEntries, readLeader, removeEntry, writeEntry } from './consul-requests.ts';
import type { KeyValueStore, StoreOptions } from './key-value-store.ts';
import { storeAsker, storeAskerFrom } from './store-requests.ts';
import { waitForStore } from './wait-for-store.ts';

/** The Consul server at that address. Asks nothing yet. */
export function openConsul(address: string, port = 8500): KeyValueStore {
  const base = `http://${address}:${port}`;
  const asker = (options?: StoreOptions) => storeAsker(base, options);
  const store: KeyValueStore = {
    address,
    port,
    url: `consul://${address}:${port}`,
    // `172.17.0.2:8300`
    leader: async (options) => await readLeader(asker(options)),
    leaderSeenFrom: async (provider, machine, options) =>
      await readLeader(storeAskerFrom(provider, machine, base, options)),
    read: async (key, options) => (await readEntries(asker(options), key))[0]?.value,
    readTree: async (prefix, options) =>
      await readEntries(asker(options), prefix, { recurse: true }),
    write: async (key, value, options) => await writeEntry(asker(options), { key, value }),
    remove: async (key, options) => await removeEntry(asker(options), key),
    waitUntilReady: async (options) =>
      await waitForStore(store, 'Consul', {
        ...options,
        remedy: 'read what its container says (docker logs); it leads alone only with -bootstrap',
      }),
  };
  return store;
}
