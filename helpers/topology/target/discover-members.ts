import { parseStoreUrls } from '../../check/model/store-urls.ts';
import { MEMBERS_KEY } from '../../cluster/key-value/stores/key-value-store.ts';
import { openKeyValueStore } from '../../cluster/key-value/stores/open-store.ts';
import type { EngineEndpoint } from '../../docker/endpoints/endpoint.ts';
import { connectEngine } from '../../docker/engine.ts';
import type { GivenEngine } from '../../machine/engines/given-engine.ts';
import type { IdentifyOptions } from '../../machine/engines/identify-engine.ts';
import { createEnginesProvider } from '../../machine/engines/provider.ts';
import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import type { Machine } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { openProbeService, type ProbeServiceOptions } from './probe-service.ts';
import { addressAndPort, isOfHost } from '../../process/text/reported-values.ts';

/** The members of a cluster that one of them knows. */
export interface DiscoveredMembers {
  /** The engine that was given, and the members that answer the same way. */
  readonly machines: readonly Machine[];
  /** Members that were not reached, each with the reason. A check reports them as not examined. */
  readonly unreached: readonly string[];
  /** The service through which some members are reached, as long as it is not disposed of. */
  readonly service?: AsyncDisposable | undefined;
}

/** The permission to reach further members through a service of the swarm. */
export type ServicePermission = Pick<ProbeServiceOptions, 'image' | 'lifetime'>;

/** Larger lists are not contacted completely. */
const mostMembers = 1000;

/** Milliseconds for a member to answer: a host that is off must not use up the time of the check. */
const memberLimit = 5000;

/**
 * Finds the other members of an engine's cluster: nodes from a manager of its swarm, members from its key-value store. Each
 * is reached the same way as the engine: by the same port and TLS folder, or by the same user of ssh. An engine behind a
 * socket of this host shows no way to others.
 */
export async function discoverMembers(
  given: GivenEngine,
  machine: Machine,
  options: IdentifyOptions,
  permission?: ServicePermission,
): Promise<DiscoveredMembers> {
  return await activity('stage', `members of the cluster of ${machine.name}`, async () => {
    const members = await listMembers(given, machine, options);
    const others = members.addresses.slice(0, mostMembers);
    const reached = await Promise.all(
      others.map(async (address) => ({
        address,
        ...(await reachMember(given, address, {
          ...options,
          limit: Math.min(options.limit ?? memberLimit, memberLimit),
        })),
      })),
    );
    const found = {
      machines: [machine, ...reached.flatMap((one) => one.machine ?? [])],
      unreached: [...members.problems, ...reached.flatMap((one) => one.problem ?? [])],
    };
    const missing = reached.filter((one) => one.machine === undefined);
    if (permission === undefined || missing.length === 0) return found;
    const more = await reachByService(machine, missing, { ...permission, ...options });
    return {
      machines: [...found.machines, ...more.machines],
      unreached: [...members.problems, ...more.unreached],
      service: more.service,
    };
  });
}

interface Unreached {
  readonly address: string;
  readonly problem?: string;
}

/** Milliseconds until a task that has been started answers. */
const taskLimit = 20_000;

/** Reaches members through tasks on their nodes. The others keep their problem, with the reason why they have no task. */
async function reachByService(
  manager: Machine,
  missing: readonly Unreached[],
  options: ServicePermission & IdentifyOptions,
): Promise<DiscoveredMembers> {
  const describe = (left: readonly Unreached[], reasons: ReadonlyMap<string, string>) =>
    left.map(({ address, problem = address }) => {
      const reason = reasons.get(address);
      return reason === undefined ? problem : `${problem}; ${reason}`;
    });
  const wanted = await findNodes(manager, missing, options);
  if (typeof wanted === 'string') {
    const reasons = new Map(missing.map(({ address }) => [address, wanted]));
    return { machines: [], unreached: describe(missing, reasons) };
  }
  if (wanted.length === 0) return { machines: [], unreached: describe(missing, new Map()) };
  const service = await openProbeService(manager, wanted, options);
  try {
    const machines: Machine[] = [];
    const reached = new Set<string>();
    const reasons = new Map(service.problems);
    await Promise.all(
      [...service.ways].map(async ([address, way]) => {
        const answer = await reachTask(way, options);
        if ('problem' in answer) reasons.set(address, answer.problem);
        else {
          reached.add(address);
          machines.push(answer.machine);
        }
      }),
    );
    const left = missing.filter(({ address }) => !reached.has(address));
    return { machines, unreached: describe(left, reasons), service };
  } catch (error) {
    await service[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
}

/** Returns the nodes of these members that can run a task, or why there is no service. */
async function findNodes(
  manager: Machine,
  missing: readonly Unreached[],
  options: IdentifyOptions,
): Promise<readonly NodeFacts[] | string> {
  using engine = connectEngine(manager);
  const { swarmNode } = await engine.info(options);
  if (swarmNode?.isManager !== true) return `${manager.name} is no manager of a swarm`;
  const addresses = new Set(missing.map(({ address }) => address));
  return (await engine.nodes.list(options)).filter(
    ({ address, state, availability }) =>
      state === 'ready' && availability === 'active' && addresses.has(address),
  );
}

/** A task needs some time from its start until it answers. */
async function reachTask(way: GivenEngine, options: IdentifyOptions): Promise<Reached> {
  let last: Reached = { problem: `${way.url}: not tried` };
  try {
    return await waitFor(
      `${way.url}: answer`,
      async () => {
        last = await reach(way, { ...options, limit: memberLimit });
        return 'machine' in last ? done(last) : notYet(last.problem);
      },
      { limit: taskLimit, every: 250, signal: options.signal },
    );
  } catch {
    options.signal?.throwIfAborted();
    return last;
  }
}

interface MemberList {
  /** Addresses of the other members. */
  readonly addresses: readonly string[];
  readonly problems: readonly string[];
}

/**
 * @param asked addresses of earlier queries: a worker only knows managers, and these may have become workers
 */
async function listMembers(
  given: GivenEngine,
  machine: Machine,
  options: IdentifyOptions,
  asked: readonly string[] = [],
): Promise<MemberList> {
  using engine = connectEngine(machine);
  try {
    const { swarmNode, clusterStore } = await engine.info(options);
    if (swarmNode?.isManager === true) {
      const nodes = await engine.nodes.list(options);
      return othersOf(
        swarmNode.address,
        nodes.map(({ address }) => address),
      );
    }
    if (swarmNode !== undefined) {
      const managers = othersOf(swarmNode.address, swarmNode.managers.map(withoutPort)).addresses;
      for (const address of managers.filter((one) => !asked.includes(one))) {
        const way = wayTo(given, address);
        const manager = way && (await reach(way, options));
        if (way === undefined || manager === undefined || !('machine' in manager)) continue;
        const all = await listMembers(way, manager.machine, options, [...asked, ...managers]);
        return othersOf(swarmNode.address, [address, ...all.addresses]);
      }
      // The check itself reports the managers as not examined.
      return { addresses: managers, problems: [] };
    }
    return clusterStore === undefined
      ? { addresses: [], problems: [] }
      : othersOf(machine.address, await readStore(clusterStore, options));
  } catch (error) {
    options.signal?.throwIfAborted();
    return {
      addresses: [],
      problems: [`the members of the cluster of ${machine.name}: ${firstLine(error)}`],
    };
  }
}

/** Returns the addresses of the members that a key-value store lists. */
async function readStore(url: string, options: IdentifyOptions): Promise<string[]> {
  const [place] = parseStoreUrls(url);
  if (place === undefined || !isOfHost(place.address)) return [];
  const store = openKeyValueStore(place.kind, place.address, place.port);
  const { limit, signal } = options;
  const bounds = { signal, ...(limit === undefined ? {} : { limit }) };
  const entries = await store.readTree(MEMBERS_KEY, bounds);
  return entries.flatMap(({ value }) =>
    addressAndPort.safeParse(value).success ? [withoutPort(value)] : [],
  );
}

/** Returns the members other than the engine itself, each once. Values that no host can have are left out. */
function othersOf(own: string, addresses: readonly string[]): MemberList {
  const all = new Set(addresses.filter((one) => one !== own && isOfHost(one)));
  return { addresses: [...all], problems: [] };
}

function withoutPort(text: string): string {
  return text.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

type Reached = { readonly machine: Machine } | { readonly problem: string };

async function reachMember(
  given: GivenEngine,
  address: string,
  options: IdentifyOptions,
): Promise<{ machine?: Machine; problem?: string }> {
  const way = wayTo(given, address);
  if (way === undefined) {
    return { problem: `${address}: ${given.url} shows no way to other hosts` };
  }
  return await reach(way, options);
}

async function reach(way: GivenEngine, options: IdentifyOptions): Promise<Reached> {
  try {
    const [machine] = await createEnginesProvider([way], options).list();
    if (machine?.state === 'Running') return { machine };
    return { problem: `${way.url}: the engine does not answer` };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { problem: firstLine(error) };
  }
}

/** Returns the way to another host: the same as to the engine. */
function wayTo({ url, endpoint }: GivenEngine, address: string): GivenEngine | undefined {
  if (endpoint.kind === 'unix') return undefined;
  const other = new URL(url);
  other.hostname = address.includes(':') ? `[${address}]` : address;
  const found = other.href.replace(/\/$/, '');
  const at: EngineEndpoint = { ...endpoint, host: address };
  return { url: found, givenAs: found, endpoint: at, address };
}
