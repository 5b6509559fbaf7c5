import { done, notYet, waitFor } from '../../../process/waits/wait-for.ts';
import type { KeyValueStore, StoreOptions } from './key-value-store.ts';

/**
 * Waits until the store has a leader and returns a value that was written to it.
 *
 * @param remark advice for a store of this kind that gets no leader
 */
export async function waitForStore(
  store: KeyValueStore,
  remark: string,
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  const quietly = { limit: 5000, signal, quiet: true };
  await waitFor(
    `keystore ${store.address}:${store.port}: ${store.name} has a leader and stores values`,
    async () => {
      const servers = await store.servers(quietly);
      if (!servers.some(({ leads }) => leads)) return notYet('no leader');
      // An engine whose first write to the store fails tries again only after 20 s.
      await store.write(PROBE, 'written', quietly);
      const value = await store.read(PROBE, quietly);
      await store.remove(PROBE, quietly);
      return value === 'written' ? done(undefined) : notYet('it does not return the written value');
    },
    { limit, signal, hint: `read the log of its container (docker logs). ${remark}` },
  );
}

/** Outside of any folder, because some stores would keep the folder. */
const PROBE = 'overlay-e2e-probe';
