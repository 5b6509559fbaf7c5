import type { CallOptions } from '../../docker/connection.ts';
import type { Engine } from '../../docker/engine.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import { done, notYet, waitFor, WaitTimeout } from '../../process/waits/wait-for.ts';
import { lacksItself } from '../derive/own-peers.ts';

/** Milliseconds. An engine that starts or joins a network may lack itself for a second. */
const JOIN_LIMIT = 5_000;

/**
 * Reads overlays again whose peers lacked the engine itself. Returns the IDs of those on which it stays missing.
 *
 * @param address the engine's own address in the swarm
 */
export async function findOverlaysWithoutSelf(
  engine: Pick<Engine, 'machine' | 'networks'>,
  networks: readonly NetworkFacts[],
  { address, options }: { readonly address: string | undefined; readonly options: CallOptions },
): Promise<string[]> {
  const lacking = networks.filter((network) => lacksItself(network, address));
  const ids = await Promise.all(
    lacking.map(async (before) => {
      const isStill = await staysAs(
        `${engine.machine.name}: itself among the peers on ${before.name}`,
        async () => {
          const after = await engine.networks.inspect(before.id, options);
          return lacksItself(after, address) && hasSameEndpoint(before, after);
        },
        options.signal,
      );
      return isStill ? [before.id] : [];
    }),
  );
  return ids.flat();
}

/** Returns false as soon as the condition does not hold, or an engine that stops or has lost the network gives no answer. */
async function staysAs(
  awaited: string,
  isStill: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    await waitFor(
      awaited,
      async () => ((await isStill()) ? notYet('it is missing') : done(undefined)),
      { limit: JOIN_LIMIT, every: 500, signal, fatal: () => true },
    );
    return false;
  } catch (error) {
    return error instanceof WaitTimeout;
  }
}

/** Returns true if an engine has an endpoint that it had before: it did not start again in between. */
function hasSameEndpoint(before: NetworkFacts, after: NetworkFacts): boolean {
  const ids = before.containers.map(({ endpointId }) => endpointId);
  return after.containers.some(({ endpointId }) => ids.includes(endpointId));
}
