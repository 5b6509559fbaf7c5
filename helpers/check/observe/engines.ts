import { isOfHost } from '../../process/text/reported-values.ts';
import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import type { CallOptions } from '../../docker/connection.ts';
import type { Engine } from '../../docker/engine.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { PROBE_LABEL } from '../probe/start/describe-probe.ts';
import { findOverlaysWithoutSelf } from './overlays-without-self.ts';
import { findRefusedClients } from './refused-clients.ts';
import type { ClockReading, EngineView } from '../model/views/engine-view.ts';

/** Milliseconds for one answer. An engine that has lost the way to its store hangs for 30 s at some of these. */
const ANSWER_LIMIT = 10_000;

/** Reads all data of an engine that is compared. An object that disappears in between is left out. */
export async function observeEngine(engine: Engine, signal: AbortSignal): Promise<EngineView> {
  const options: CallOptions = { limit: ANSWER_LIMIT, signal };
  const unlisted = new Set<string>();
  const [{ info, clock }, networks, containers] = await Promise.all([
    readInfo(engine, options),
    readNetworks(engine, options, { unlisted }),
    readContainers(engine, options),
  ]);
  return { info, clock, networks, containers, unlistedOverlays: [...unlisted] };
}

async function readInfo(engine: Engine, options: CallOptions) {
  const asked = Date.now();
  const info = await engine.info(options);
  return { info, clock: readClock(info.systemTime, asked, Date.now()) };
}

/** Compares an engine's clock with our own: it answered between these two times. */
export function readClock(
  systemTime: string,
  asked: number,
  answered: number,
): ClockReading | undefined {
  const time = Date.parse(systemTime);
  if (Number.isNaN(time)) return undefined;
  return {
    ahead: Math.round(time - (asked + answered) / 2),
    within: Math.ceil((answered - asked) / 2),
  };
}

/**
 * Reads data again that may have been temporary. Containers that started, stopped or restarted have other endpoints than
 * before. Networks may seem missing: after many container restarts, some threads of an engine 20.10 stay in network
 * namespaces of deleted containers, and a request on such a thread does not reach the store.
 */
export async function observeEngineAgain(
  view: EngineView,
  engine: Engine,
  signal: AbortSignal,
): Promise<EngineView> {
  const options: CallOptions = { limit: ANSWER_LIMIT, signal };
  const known = new Set(view.networks.map(({ id }) => id));
  // Only in a swarm does an engine have endpoints of other hosts on record.
  const settled = view.networks.filter(({ tasks }) => tasks.length === 0).map(({ id }) => id);
  const unlisted = new Set(view.unlistedOverlays);
  const [later, overlaysWithoutSelf, again, refusedClients] = await Promise.all([
    readContainers(engine, options),
    findOverlaysWithoutSelf(engine, view.networks, { address: addressOf(view), options }),
    readNetworks(engine, options, { settled: new Set(settled), unlisted }),
    findRefusedClients(engine, view, options),
  ]);
  const added = again.filter(({ id }) => !known.has(id));
  const laterTasks = again.flatMap(({ tasks }) => tasks.map(({ endpointId }) => endpointId));
  const lateNetworks = added.map(({ id }) => id);
  return {
    ...view,
    networks: [...view.networks, ...added],
    lateNetworks,
    laterTasks,
    unlistedOverlays: [...unlisted],
    overlaysWithoutSelf,
    later,
    refusedClients,
  };
}

/** Returns `hangs` if the engine still reports its version, `silent` if it answers nothing. */
export async function takePulse(engine: Engine, signal: AbortSignal): Promise<'hangs' | 'silent'> {
  return await engine.version({ limit: ANSWER_LIMIT, signal }).then(
    () => 'hangs',
    () => 'silent',
  );
}

/** Returns the address in the cluster that the engine advertises. */
export function addressOf({ info }: EngineView): string | undefined {
  const told = info.clusterAdvertise?.replace(/:\d+$/, '') ?? info.swarmNode?.address;
  return told === undefined || !isOfHost(told) ? undefined : told;
}

interface NetworksRead {
  /** The IDs of networks that are left out. */
  readonly settled?: ReadonlySet<string>;
  /** Receives the IDs of overlays whose containers of other hosts the engine did not list. */
  readonly unlisted: Set<string>;
}

async function readNetworks(
  engine: Engine,
  options: CallOptions,
  { settled = new Set(), unlisted }: NetworksRead,
): Promise<NetworkFacts[]> {
  const networks = await engine.networks.list(options);
  return await Promise.all(
    networks
      .filter(({ id }) => !settled.has(id))
      .map(async (network) => {
        if (network.driver !== 'overlay') return network;
        return await unlessGone(inspectOverlay(engine, network.id, options, unlisted));
      }),
  ).then(withoutGone);
}

/**
 * Inspects an overlay verbosely; without the containers of other hosts if the engine closes the connection. While an engine
 * joins an overlay on which it already knows services, its handler of this request panics (`getLBIndex` of libnetwork in
 * 26.1.5). Nothing else of the engine is concerned.
 */
async function inspectOverlay(
  { networks }: Engine,
  id: string,
  options: CallOptions,
  unlisted: Set<string>,
): Promise<NetworkFacts> {
  try {
    return await networks.inspect(id, { ...options, verbose: true });
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'engine-stopped') throw error;
    unlisted.add(id);
    return await networks.inspect(id, options);
  }
}

async function readContainers(engine: Engine, options: CallOptions): Promise<ContainerFacts[]> {
  const containers = await engine.containers.list(options);
  return await Promise.all(
    containers
      .filter(({ labels }) => labels[PROBE_LABEL] === undefined)
      .map(async ({ id }) => await unlessGone(engine.containers.inspect(id, options))),
  ).then(withoutGone);
}

/** Returns the requested object; undefined if the engine no longer has it. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof HarnessError && statusOf(error.cause) === 404) return undefined;
    throw error;
  }
}

function statusOf(cause: unknown): unknown {
  return cause instanceof Error && 'statusCode' in cause ? cause.statusCode : undefined;
}

function withoutGone<T>(all: readonly (T | undefined)[]): T[] {
  return all.filter((one) => one !== undefined);
}
