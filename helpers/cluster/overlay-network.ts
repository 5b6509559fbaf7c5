import type { Engine } from '../docker/engine.ts';
import type { NetworkFacts, NetworkRequest } from '../docker/networks.ts';
import { onMachine } from '../process/activity.ts';
import { hasCode, HarnessError } from '../process/errors/harness-error.ts';
import type { Machine, MachineProvider } from '../machine/machine.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import { findOptionDefect } from './key-value/explain-engines.ts';
import { type StoreLocation, whileStoreIsReached } from './key-value/store-reach.ts';

/**
 * `docker network create --driver overlay` on one engine; the others of its cluster learn of it. In swarm mode that
 * engine is a manager's, and the network is `attachable` if it shall take containers beside services.
 *
 * An engine makes a network also when no other can find it, and it hangs when it does not reach its store: both is told.
 *
 * @param provider whose machine it is; without it, only what the engine itself says is told
 */
export async function createOverlay(
  engine: Engine,
  request: Omit<NetworkRequest, 'driver'>,
  { limit = 15_000, signal, provider }: CreateOptions = {},
): Promise<NetworkFacts> {
  const { machine } = engine;
  const create = async (until: AbortSignal | undefined) => {
    const info = await engine.info({ signal: until, quiet: true });
    const { clusterStore } = info;
    const defect =
      clusterStore === undefined ? undefined : findOptionDefect(clusterStore, { machine, info });
    if (defect !== undefined) throw defect;
    const network = await engine.networks.create(
      { ...request, driver: 'overlay' },
      { signal: until },
    );
    return isProvidedFor(network)
      ? network
      : await waitUntilProvidedFor(engine, network, limit, until);
  };
  const store = storeOf(machine);
  if (store === undefined || provider === undefined) return await create(signal);
  const tried = `${machine.name}: docker network create ${request.name}`;
  const reach = { store, provider, machines: [machine.name] };
  return await whileStoreIsReached(tried, reach, signal, create);
}

interface CreateOptions {
  /** Milliseconds until a swarm must have found the network its subnet. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  readonly provider?: MachineProvider;
}

/**
 * Where the store is that the machine's engine was given: `cluster-store=zk://192.168.99.100:2181`. An engine that does
 * not reach it may not even tell where it is.
 */
function storeOf({ engineOptions }: Machine): StoreLocation | undefined {
  const url = engineOptions.findLast((option) => option.startsWith('cluster-store='))?.slice(14);
  if (url === undefined) return undefined;
  const { hostname, port } = new URL(url.replace(/^\w+/, 'tcp'));
  return { url, address: hostname, port: Number(port) };
}

/**
 * Swarm mode takes every request for a network, and finds a subnet and a number for it only then. With a subnet that
 * another network has it tries for ever, and says nothing: the network is there, without a driver.
 */
async function waitUntilProvidedFor(
  engine: Engine,
  { id, name }: NetworkFacts,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<NetworkFacts> {
  const title = `${engine.machine.name}: network ${name} has its subnet`;
  try {
    return await waitFor(
      title,
      async () => {
        const network = await engine.networks.inspect(id, { signal, quiet: true });
        return isProvidedFor(network) ? done(network) : notYet('the swarm has not given it one');
      },
      {
        limit,
        signal,
        remedy:
          'choose another subnet: another network of this swarm may have it (docker network inspect)',
      },
    );
  } catch (error) {
    // It would take the subnet as soon as the other network is gone.
    await engine.networks.remove(id).catch(() => undefined);
    throw error;
  }
}

function isProvidedFor({ scope, driver, subnet }: NetworkFacts): boolean {
  return scope !== 'swarm' || (driver !== '' && subnet !== undefined);
}

/** Returns once every one of these engines knows the network by that name, under the same id. */
export async function waitForNetworkOn(
  engines: readonly Engine[],
  { name, id }: Pick<NetworkFacts, 'name' | 'id'>,
  { limit = 30_000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await Promise.all(
    engines.map(async (engine) => {
      await onMachine(engine.machine.name, () =>
        waitForNetwork(engine, { name, id }, { limit, signal }),
      );
    }),
  );
}

async function waitForNetwork(
  engine: Engine,
  { name, id }: Pick<NetworkFacts, 'name' | 'id'>,
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<void> {
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
        code: 'name-taken',
        tried: `${machine}: network ${name}`,
        observed: `it has the id ${other.id.slice(0, 12)} and scope ${other.scope} there instead of ${id.slice(0, 12)}`,
        remedy: `remove it there (docker network rm ${name}), or give the new one another name`,
      });
    },
    {
      limit,
      signal,
      fatal: (error) => error instanceof HarnessError,
      remedy: 'see whether its engine is in the same cluster: docker info, Cluster Store',
    },
  );
}

/**
 * Removes it. In swarm mode a network counts as used for a moment after its last container has gone, and its name is
 * taken for as long as the engine itself still has it, which is a moment longer than the swarm.
 */
export async function removeOverlay(
  engine: Engine,
  id: string,
  { limit = 30_000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const network = `${engine.machine.name}: network ${id.slice(0, 12)}`;
  await waitFor(
    `${network} is used by nobody`,
    async () => done(await engine.networks.remove(id, { signal, quiet: true })),
    { limit, signal, fatal: (error) => !hasCode(error, 'network-in-use') },
  );
  await waitFor(
    `${network} is gone`,
    async () => {
      const networks = await engine.networks.list({ signal, quiet: true });
      return networks.some((one) => one.id === id) ? notYet('it is still there') : done(undefined);
    },
    { limit, signal, remedy: 'see which containers are left on it: docker network inspect' },
  );
}
