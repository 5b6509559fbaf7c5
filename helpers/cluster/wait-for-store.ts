import { done, notYet, waitFor } from '../process/wait-for.ts';
import type { KeyValueStore, StoreOptions } from './key-value-store.ts';

/**
 * Returns once the store leads, takes what is written and gives it back.
 *
 * @param product whose store it is, for people: `Consul`
 */
export async function waitForStore(
  store: KeyValueStore,
  product: string,
  { limit = 60_000, signal, remedy }: StoreOptions & { readonly remedy: string },
): Promise<void> {
  const quietly = { limit: 5000, signal, quiet: true };
  await waitFor(
    `keystore ${store.address}:${store.port}: ${product} leads and stores`,
    async () => {
      if ((await store.leader(quietly)) === undefined) return notYet('it has no leader');
      // An engine that meets a store which does not take its entry yet tries again only 20 s later.
      await store.write(PROBE, 'written', quietly);
      const value = await store.read(PROBE, quietly);
      await store.remove(PROBE, quietly);
      return value === 'written'
        ? done(undefined)
        : notYet('it does not give back what was written');
    },
    { limit, signal, remedy },
  );
}

/** In no folder: some stores would keep the folder. */
const PROBE = 'overlay-e2e-probe';
