import type { Engine } from '../engine/engine.ts';
import type { NetworkFacts, NetworkRequest } from '../engine/networks.ts';
import { HarnessError } from '../process/harness-error.ts';
import { done, notYet, waitFor } from '../process/wait-for.ts';

/** `docker network create --driver overlay` on one engine; the others of its cluster learn of it. */
export async function createOverlay(
  engine: Engine,
  request: Omit<NetworkRequest, 'driver'>,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<NetworkFacts> {
  return await engine.networks.create({ ...request, driver: 'overlay' }, options);
}

/** Returns once every one of these engines knows the network by that name, under the same id. */
export async function waitForNetworkOn(
  engines: readonly Engine[],
  { name, id }: Pick<NetworkFacts, 'name' | 'id'>,
  { limit = 30_000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await Promise.all(
    engines.map(async (engine) => {
      const machine = engine.machine.name;
      await waitFor(
        `${machine}: network ${name} there`,
        async () => {
          const networks = await engine.networks.list({ signal, quiet: true });
          const found = networks.filter((network) => network.name === name);
          if (found.some((network) => network.id === id)) return done(undefined);
          const other = found[0];
          if (other === undefined) return notYet('no network of that name');
          throw new HarnessError({
            tried: `${machine}: network ${name}`,
            observed: `it has the id ${other.id.slice(0, 12)} and scope ${other.scope} there instead of ${id.slice(0, 12)}`,
            remedy: `remove it there (docker network rm ${name}), or give the new one another name`,
          });
        },
        {
          limit,
          signal,
          fatal: (error) => error instanceof HarnessError && error.tried.includes('network'),
          remedy: 'see whether its engine is in the same cluster: docker info, Cluster Store',
        },
      );
    }),
  );
}
