import { randomBytes } from 'node:crypto';
import type { HostView, Observation } from '../model/observation.ts';
import { type Observed, withValue, withoutValue, valueOf } from '../model/observed.ts';
import { AUDIT_LIMIT, type AuditOptions } from '../model/options.ts';
import type { AuditTarget, TargetStore } from '../model/target.ts';
import { observeApplication } from './application/observe-application.ts';
import { beginWithHosts } from './query-hosts.ts';
import { clusterKindOf, storesOf } from '../derive/cluster-kind.ts';
import { setDeadline } from './deadline.ts';
import type { EngineView } from '../model/views/engine-view.ts';
import { observeEngineAgain } from './engines.ts';
import { observeGossip, observeGossipAgain } from './gossip.ts';
import { observeKernel, observeTablesAgain } from './kernel/observe-kernel.ts';
import { observeEach, observePart } from './observe-part.ts';
import { leaveOutLeaving } from './leave-out-leaving.ts';
import { observeNames, observeNamesAgain } from './names/names.ts';
import { openProbes, type Probes } from './open-probes.ts';
import { observePaths } from './paths/observe-paths.ts';
import {
  type QueriedCluster,
  privilegedProbeOn,
  type ObservationContext,
} from './observation-context.ts';
import type { QueriedHost } from '../model/observation.ts';
import { observeReach, observeStore } from './store/store.ts';
import { observeBalancing, observeBalancingAgain } from './services/balancers.ts';
import { observeServiceConnections } from './services/service-connections.ts';
import { observeServiceNames, observeServiceNamesAgain } from './services/service-names.ts';
import { observeSwarm, observeSwarmAgain, stoppingContainers } from './swarm.ts';
import { traitsOf } from '../model/cluster-traits.ts';

/** Milliseconds of its limit that are kept for the probes' end. */
const CLEAN_UP_LIMIT = 5_000;

/**
 * Observes a cluster, all hosts in parallel: first engines and stores, then kernel tables, and live probes last, because a
 * VXLAN device learns from their packets. A problem of the cluster is no error here; an interruption by the user is.
 */
export async function observeCluster(
  target: AuditTarget,
  options: AuditOptions,
): Promise<Observation> {
  const { limit = AUDIT_LIMIT } = options;
  const reserve = Math.min(CLEAN_UP_LIMIT, limit / 5);
  using deadline = setDeadline(limit - reserve, options.signal);
  const { signal } = deadline;
  const probes = openProbes(options, limit, signal);
  let notRemoved: string[] = [];
  let observation: Omit<Observation, 'notRemoved'>;
  const startedAt = performance.now();
  try {
    observation = await observeLayers({ target, options, signal }, probes);
  } finally {
    const left = limit - (performance.now() - startedAt);
    notRemoved = await probes.end(AbortSignal.timeout(Math.round(Math.max(reserve, left))));
  }
  options.signal?.throwIfAborted();
  return { ...observation, notRemoved: notRemoved };
}

const noStore = withoutValue('the cluster has no key-value store', 'not-applicable');

async function observeLayers(
  begun: Omit<ObservationContext, 'probes'>,
  probes: Probes,
): Promise<Omit<Observation, 'notRemoved'>> {
  const { target, signal } = begun;
  const { name, isComplete, expectations } = target;
  const readStores = (stores: readonly TargetStore[]) =>
    observePart('store', signal, () => observeStore(stores, signal));
  // A store that the user named is queried immediately: engines may hang without it.
  const named = target.store === undefined ? undefined : readStores([target.store]);
  const { hosts, started } = await beginWithHosts(target.hosts, probes, signal);
  const kind = clusterKindOf(target, hosts);
  const cluster: QueriedCluster = { kind, expectations, hosts };

  const [store, swarm, gossip, context] = await Promise.all([
    traitsOf(cluster).hasStore ? (named ?? readStores(storesOf(target, hosts))) : noStore,
    observePart('swarm', signal, () => observeSwarm(target, cluster, signal)),
    observeEach(hosts, 'gossip', signal, (host) => observeGossip(host, cluster, signal)),
    started.then((all): ObservationContext => ({ ...begun, probes: all })),
  ]);
  const salt = randomBytes(8).toString('hex');
  const privileged = (host: QueriedHost) => privilegedProbeOn(context, host.name);
  // Resolvers answer out of their engines' memory: no packet goes over an overlay for them.
  const [kernel, balancing, reach, names, serviceNames] = await Promise.all([
    observeEach(hosts, 'kernel', signal, async ({ name: on, address, engine }) => {
      const probe = privilegedProbeOn(context, on);
      if ('missing' in probe) return probe;
      const look = { probe: probe.value, address, engine: valueOf(engine), signal, salt };
      return await observeKernel(look);
    }),
    observeEach(hosts, 'services', signal, async (host) => {
      const probe = privileged(host);
      if ('missing' in swarm) return swarm;
      return 'missing' in probe ? probe : await observeBalancing({ probe: probe.value, signal });
    }),
    observeEach(hosts, 'path to the store', signal, (host) => observeReach(host, cluster, context)),
    observePart('names', signal, () => observeNames(cluster, context)),
    observePart('names of services', signal, () => observeServiceNames(cluster, swarm, context)),
  ]);
  // Before the second read of the kernel, so that its counters of firewall rules include these packets.
  const [paths, application] = await Promise.all([
    observePart('paths', signal, () => observePaths(cluster, context, kernel)),
    observePart('application', signal, () =>
      observeApplication(cluster, swarm, context, balancing),
    ),
  ]);
  const engineOf = (host: QueriedHost) =>
    target.hosts.find(({ name: one }) => one === host.name)?.engine;
  const [
    engineLater,
    later,
    balancingLater,
    gossipLater,
    swarmLater,
    namesLater,
    serviceNamesLater,
    serviceConnections,
  ] = await Promise.all([
    observeEach(hosts, 'engine, second read', signal, async (host) => {
      const engine = engineOf(host);
      if ('missing' in host.engine || engine === undefined) return host.engine;
      return withValue(await observeEngineAgain(host.engine.value, engine, signal));
    }),
    observeEach(hosts, 'kernel, second read', signal, async (host) => {
      const probe = privilegedProbeOn(context, host.name);
      if ('missing' in probe) return probe;
      const access = { probe: probe.value, signal };
      const of = { salt, engine: valueOf(host.engine) };
      return await observeTablesAgain(kernel(host), access, of);
    }),
    observeEach(hosts, 'services, second read', signal, async (host) => {
      const probe = privileged(host);
      if ('missing' in probe) return probe;
      return await observeBalancingAgain(balancing(host), { probe: probe.value, signal });
    }),
    observeEach(hosts, 'gossip, second read', signal, async (host) => {
      return await observeGossipAgain(gossip(host), host, cluster, {
        engine: engineOf(host),
        signal,
      });
    }),
    'value' in swarm
      ? observePart('swarm, second read', signal, () => observeSwarmAgain(target, swarm, signal))
      : swarm,
    observePart('names, second read', signal, () => observeNamesAgain(names, cluster, context)),
    observePart('names of services, second read', signal, () =>
      observeServiceNamesAgain(serviceNames, cluster, context),
    ),
    observePart('connections to services', signal, () =>
      observeServiceConnections(cluster, swarm, context, balancing),
    ),
  ]);
  const stopping = stoppingContainers(valueOf(swarmLater));
  const views = hosts.map(
    (host): HostView => ({
      ...host,
      engine: withStopping(lastSeen(engineLater(host), host.engine), stopping),
      gossip: lastSeen(gossipLater(host), gossip(host)),
      reach: reach(host),
      kernel: lastSeen(later(host), kernel(host)),
      balancing: lastSeen(balancingLater(host), balancing(host)),
    }),
  );
  const live = leaveOutLeaving({ names: lastSeen(namesLater, names), paths, application }, views);
  return {
    target: name,
    kind,
    isComplete,
    expectations,
    hosts: views,
    store,
    namedStore: target.store,
    swarm: lastSeen(swarmLater, swarm),
    ...live,
    serviceNames: lastSeen(serviceNamesLater, serviceNames),
    serviceConnections,
  };
}

function withStopping(
  engine: Observed<EngineView>,
  stopping: readonly string[] | undefined,
): Observed<EngineView> {
  return 'value' in engine ? withValue({ ...engine.value, stopping }) : engine;
}

/** The first value counts if the second read failed. */
function lastSeen<T>(again: Observed<T>, before: Observed<T>): Observed<T> {
  return 'value' in again ? again : before;
}
