import { done, notYet, waitFor } from '../process/wait-for.ts';
import {
  consulAsker,
  readEntries,
  readLeader,
  removeEntry,
  writeEntry,
} from './consul-requests.ts';
import type { KeyValueStore, StoreOptions } from './key-value-store.ts';

/** A Consul server as a store. */
export interface Consul extends KeyValueStore {
  /** `172.17.0.2:8300`, the leader's own address; undefined while there is none. */
  leader(options?: StoreOptions): Promise<string | undefined>;
}

/** The Consul server at that address. Asks nothing yet. */
export function openConsul(address: string, port = 8500): Consul {
  const base = `http://${address}:${port}`;
  const asker = (options?: StoreOptions) => consulAsker(base, options);
  return {
    address,
    port,
    url: `consul://${address}:${port}`,
    healthUrl: `${base}/v1/status/leader`,
    leader: async (options) => await readLeader(asker(options)),
    read: async (key, options) => (await readEntries(asker(options), key))[0]?.value,
    readTree: async (prefix, options) =>
      await readEntries(asker(options), prefix, { recurse: true }),
    write: async (key, value, options) => await writeEntry(asker(options), { key, value }),
    remove: async (key, options) => await removeEntry(asker(options), key),
    waitUntilReady: async ({ limit = 60_000, signal } = {}) => {
      const ask = consulAsker(base, { limit: 5000, signal, quiet: true });
      await waitFor(
        `keystore ${address}:${port}: Consul leads and stores`,
        async () => {
          if ((await readLeader(ask)) === undefined) return notYet('it has no leader');
          // An engine that meets a store which does not take its entry yet tries again only 20 s later.
          await writeEntry(ask, probe);
          const [entry] = await readEntries(ask, probe.key);
          await removeEntry(ask, probe.key);
          return entry?.value === probe.value
            ? done(undefined)
            : notYet('it does not give back what was written');
        },
        {
          limit,
          signal,
          remedy: 'read what its container says (docker logs); it leads alone only with -bootstrap',
        },
      );
    },
  };
}

const probe = { key: 'overlay-e2e/probe', value: 'written' };
