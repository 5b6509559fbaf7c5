import type { Engine } from '../../docker/engine.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import { readGossipMembers } from '../../cluster/gossip/gossip-members.ts';
import { type Observed, withValue, withoutValue, valueOf } from '../model/observed.ts';
import type { QueriedCluster } from './observation-context.ts';
import type { QueriedHost } from '../model/observation.ts';
import type { GossipView } from '../model/views/gossip-view.ts';
import { traitsOf } from '../model/cluster-traits.ts';

/**
 * Reads the members that an engine's gossip knows: from the gossip in key-value clusters, which answers anyone; otherwise
 * from the engine.
 */
export async function observeGossip(
  { address, engine, pulse }: QueriedHost,
  cluster: QueriedCluster,
  signal: AbortSignal,
): Promise<Observed<GossipView>> {
  const { hasManagers, hasOpenGossip } = traitsOf(cluster);
  if (hasManagers) return readPeers(engine);
  // It would only cost its limit once more.
  if (pulse === 'silent' && 'missing' in engine) return engine;
  if (!hasOpenGossip) return withoutValue('its engine is not in a cluster', 'not-applicable');
  if (address === undefined) return withoutValue('its address in the cluster is unknown');
  try {
    const members = await readGossipMembers(address, { limit: ANSWER_LIMIT, signal });
    return withValue({ isThere: true, members });
  } catch (error) {
    if (isRefused(error)) return withValue({ isThere: false, members: [] });
    throw error;
  }
}

const ANSWER_LIMIT = 10_000;

/** Reads the gossip of engines again that did not know all others: an engine that has just started joins within seconds. */
export async function observeGossipAgain(
  before: Observed<GossipView>,
  host: QueriedHost,
  cluster: QueriedCluster,
  { engine, signal }: { readonly engine: Engine | undefined; readonly signal: AbortSignal },
): Promise<Observed<GossipView>> {
  if ('missing' in before || knowsAll(before.value, cluster)) return before;
  if (traitsOf(cluster).hasOpenGossip) return await observeGossip(host, cluster, signal);
  const mesh = valueOf(host.engine)?.networks.find(({ ingress }) => ingress);
  if (mesh === undefined || engine === undefined) return before;
  return withValue(
    membersOf(await engine.networks.inspect(mesh.id, { limit: ANSWER_LIMIT, signal })),
  );
}

function knowsAll({ members }: GossipView, { hosts }: QueriedCluster): boolean {
  const alive = new Set(members.filter(({ state }) => state === 'alive').map((one) => one.address));
  return hosts.every(({ address }) => address === undefined || alive.has(address));
}

function membersOf({ peers }: NetworkFacts): GossipView {
  const members = peers.map((address) => ({ name: undefined, address, state: 'alive' as const }));
  return { isThere: true, members };
}

/** In swarm mode gossip is encrypted; but all members are on the network of the routing mesh from their first moment. */
function readPeers(engine: QueriedHost['engine']): Observed<GossipView> {
  if ('missing' in engine) return engine;
  const mesh = engine.value.networks.find(({ ingress }) => ingress);
  if (mesh === undefined)
    return withoutValue('it does not report its peers without the network ingress');
  return withValue(membersOf(mesh));
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
