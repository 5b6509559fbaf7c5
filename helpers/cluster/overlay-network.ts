import { scaleLimit } from '../docker/endpoints/scale-limit.ts';
import type { Engine } from '../docker/engine.ts';
import type { NetworkFacts, NetworkRequest } from '../docker/networks.ts';
import { onMachine } from '../process/activity.ts';
import { hasCode, HarnessError } from '../process/errors/harness-error.ts';
import type { Machine, MachineProvider } from '../machine/machine.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import { findOptionDefect } from './key-value/explain-engines.ts';
import { type StoreLocation, whileStoreIsReached } from './key-value/store-reach.ts';

/**
 * Creates an overlay network on one engine (`docker network create --driver overlay`). The other engines of its cluster
 * learn of it. In swarm mode, the engine must be a manager, and the network must be `attachable` for containers outside
 * of services.
 *
 * An engine also creates a network that no other engine can find, and it hangs if it does not reach its key-value
 * store. This function throws in both cases.
 *
 * @param provider the provider of its machine; without it, only the engine's own errors are reported
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
  /** Milliseconds in which a swarm must allocate the network's subnet. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  readonly provider?: MachineProvider;
}

/**
 * Returns the location of the key-value store in the engine's options: `cluster-store=zk://192.168.99.100:2181`. An
 * engine that does not reach its store may not even report the location.
 */
function storeOf({ engineOptions }: Machine): StoreLocation | undefined {
  const url = engineOptions.findLast((option) => option.startsWith('cluster-store='))?.slice(14);
  if (url === undefined) return undefined;
  const { hostname, port } = new URL(url.replace(/^\w+/, 'tcp'));
  return { url, address: hostname, port: Number(port) };
}

/**
 * Waits until a swarm has allocated a network. Swarm mode accepts every request and allocates the subnet and the VXLAN
 * ID only later. If another network has the subnet, it retries forever and reports nothing: the network exists without
 * a driver.
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
        return isProvidedFor(network)
          ? done(network)
          : notYet('the swarm has not allocated a subnet');
      },
      {
        limit,
        signal,
        hint: 'choose another subnet. A network of this swarm may use this one (docker network inspect)',
      },
    );
  } catch (error) {
    // Otherwise it would get the subnet as soon as the other network is removed.
    await engine.networks.remove(id).catch(() => undefined);
    throw error;
  }
}

function isProvidedFor({ scope, driver, subnet }: NetworkFacts): boolean {
  return scope !== 'swarm' || (driver !== '' && subnet !== undefined);
}

/** Waits until each of these engines knows the network by its name, with the same ID. */
export async function waitForNetworkOn(
  engines: readonly Engine[],
  { name, id }: Pick<NetworkFacts, 'name' | 'id'>,
  { limit = 30_000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await Promise.all(
    engines.map(async (engine) => {
      await onMachine(engine.machine.name, () =>
        waitForNetwork(
          engine,
          { name, id },
          { limit: scaleLimit(limit, [engine.machine]), signal },
        ),
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
    `${machine}: network ${name} exists`,
    async () => {
      const networks = await engine.networks.list({ signal, quiet: true });
      const found = networks.filter((network) => network.name === name);
      if (found.some((network) => network.id === id)) return done(undefined);
      const other = found[0];
      if (other === undefined) return notYet('no network with that name');
      throw new HarnessError({
        code: 'name-taken',
        tried: `${machine}: network ${name}`,
        observed: `it has the ID ${other.id.slice(0, 12)} and scope ${other.scope} there, instead of ${id.slice(0, 12)}`,
        hint: `remove it there (docker network rm ${name}), or choose another name for the new network`,
      });
    },
    {
      limit,
      signal,
      fatal: (error) => error instanceof HarnessError,
      hint: 'check that its engine is in the same cluster: docker info, Cluster Store',
    },
  );
}

/**
 * Removes an overlay network. In swarm mode, a network counts as used for a moment after its last container is removed.
 * Its name is taken as long as the engine still has it, which is a moment longer than the swarm does.
 */
export async function removeOverlay(
  engine: Engine,
  id: string,
  { limit = 30_000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const network = `${engine.machine.name}: network ${id.slice(0, 12)}`;
  const scaled = scaleLimit(limit, [engine.machine]);
  await waitFor(
    `${network} has no users`,
    async () => done(await engine.networks.remove(id, { signal, quiet: true })),
    { limit: scaled, signal, fatal: (error) => !hasCode(error, 'network-in-use') },
  );
  await waitFor(
    `${network} is removed`,
    async () => {
      const networks = await engine.networks.list({ signal, quiet: true });
      return networks.some((one) => one.id === id) ? notYet('it still exists') : done(undefined);
    },
    {
      limit: scaled,
      signal,
      hint: 'find the containers that still use it: docker network inspect',
    },
  );
}
