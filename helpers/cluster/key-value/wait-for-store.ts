import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import type { KeyValueStore, StoreOptions } from './key-value-store.ts';

/**
 * Returns once the store has a leader, takes what is written and gives it back.
 *
 * @param remark what to know of this make of store when it does not come to lead
 */
export async function waitForStore(
  store: KeyValueStore,
  remark: string,
  { limit = 60_000, signal }: StoreOptions = {},
): Promise<void> {
  const quietly = { limit: 5000, signal, quiet: true };
  await waitFor(
    `keystore ${store.address}:${store.port}: ${store.name} leads and stores`,
    async () => {
      const servers = await store.servers(quietly);
      if (!servers.some(({ leads }) => leads)) return notYet('it has no leader');
      // An engine that meets a store which does not take its entry yet tries again only 20 s later.
      await store.write(PROBE, 'written', quietly);
      const value = await store.read(PROBE, quietly);
      await store.remove(PROBE, quietly);
      return value === 'written'
        ? done(undefined)
        : notYet('it does not give back what was written');
    },
    { limit, signal, remedy: `read what its container says (docker logs); ${remark}` },
  );
}

/** In no folder: some stores would keep the folder. */
const PROBE = 'overlay-e2e-probe';
