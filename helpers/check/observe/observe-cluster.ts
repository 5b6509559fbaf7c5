import type { HostView, Observation } from '../model/observation.ts';
import { type Observed, seen, unseen, whatWasSeen } from '../model/observed.ts';
import { AUDIT_LIMIT, type AuditOptions } from '../model/options.ts';
import type { AuditTarget, TargetStore } from '../model/target.ts';
import { observeApplication } from './application/observe-application.ts';
import { beginWithHosts } from './begin-with-hosts.ts';
import { clusterKindOf, storesOf } from '../derive/cluster-kind.ts';
import { setDeadline } from './deadline.ts';
import type { EngineView } from '../model/engine-view.ts';
import { observeEngineAgain } from './engines.ts';
import { observeGossip, observeGossipAgain } from './gossip.ts';
import { observeKernel, observeTablesAgain } from './kernel/observe-kernel.ts';
import { observeEach, observePart } from './observe-part.ts';
import { leaveOutLeaving } from './leave-out-leaving.ts';
import { observeNames } from './names/names.ts';
import { openProbes, type Probes } from './open-probes.ts';
import { observePaths } from './paths/observe-paths.ts';
import { type Asked, privilegedProbeOn, type Round } from './round.ts';
import type { AskedHost } from '../model/observation.ts';
import { observeReach, observeStore } from './store/store.ts';
import { observeStopping, observeSwarm } from './swarm.ts';

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
  let leftovers: string[] = [];
  let observation: Omit<Observation, 'leftovers'>;
  const startedAt = performance.now();
  try {
    observation = await observeLayers({ target, options, signal }, probes);
  } finally {
    const left = limit - (performance.now() - startedAt);
    leftovers = await probes.end(AbortSignal.timeout(Math.round(Math.max(reserve, left))));
  }
  options.signal?.throwIfAborted();
  return { ...observation, leftovers };
}

const noStore = unseen('the cluster has no key-value store', 'inapplicable');

async function observeLayers(
  begun: Omit<Round, 'probes'>,
  probes: Probes,
): Promise<Omit<Observation, 'leftovers'>> {
  const { target, signal } = begun;
  const { name, isComplete, expectations } = target;
  const readStores = (stores: readonly TargetStore[]) =>
    observePart('store', signal, () => observeStore(stores, signal));
  // A store that the user named is queried immediately: engines may hang without it.
  const named = target.store === undefined ? undefined : readStores([target.store]);
  const { hosts, started } = await beginWithHosts(target.hosts, probes, signal);
  const kind = clusterKindOf(target, hosts);
  const asked: Asked = { kind, expectations, hosts };

  const [store, swarm, gossip, round] = await Promise.all([
    kind === 'key-value' ? (named ?? readStores(storesOf(target, hosts))) : noStore,
    observePart('swarm', signal, () => observeSwarm(target, asked, signal)),
    observeEach(hosts, 'gossip', signal, (host) => observeGossip(host, asked, signal)),
    started.then((all): Round => ({ ...begun, probes: all })),
  ]);
  // Resolvers answer out of their engines' memory: no packet goes over an overlay for them.
  const [kernel, reach, names] = await Promise.all([
    observeEach(hosts, 'kernel', signal, async ({ name: on, address, engine }) => {
      const probe = privilegedProbeOn(round, on);
      if ('unseen' in probe) return probe;
      const look = { probe: probe.seen, address, engine: whatWasSeen(engine), signal };
      return await observeKernel(look);
    }),
    observeEach(hosts, 'path to the store', signal, (host) => observeReach(host, asked, round)),
    observePart('names', signal, () => observeNames(asked, round)),
  ]);
  const paths = await observePart('paths', signal, () => observePaths(asked, round, kernel));
  const engineOf = (host: AskedHost) =>
    target.hosts.find(({ name: one }) => one === host.name)?.engine;
  const [engineLater, later, gossipLater, application, stopping] = await Promise.all([
    observeEach(hosts, 'engine, second read', signal, async (host) => {
      const engine = engineOf(host);
      if ('unseen' in host.engine || engine === undefined) return host.engine;
      return seen(await observeEngineAgain(host.engine.seen, engine, signal));
    }),
    observeEach(hosts, 'kernel, second read', signal, async (host) => {
      const probe = privilegedProbeOn(round, host.name);
      if ('unseen' in probe) return probe;
      return await observeTablesAgain(kernel(host), { probe: probe.seen, signal });
    }),
    observeEach(hosts, 'gossip, second read', signal, async (host) => {
      return await observeGossipAgain(gossip(host), host, asked, {
        engine: engineOf(host),
        signal,
      });
    }),
    observePart('application', signal, () => observeApplication(asked, round)),
    'seen' in swarm
      ? observePart('swarm tasks', signal, () => observeStopping(target, swarm, signal))
      : swarm,
  ]);
  const views = hosts.map(
    (host): HostView => ({
      ...host,
      engine: withStopping(lastSeen(engineLater(host), host.engine), whatWasSeen(stopping)),
      gossip: lastSeen(gossipLater(host), gossip(host)),
      reach: reach(host),
      kernel: lastSeen(later(host), kernel(host)),
    }),
  );
  const live = leaveOutLeaving({ names, paths }, views);
  return {
    target: name,
    kind,
    isComplete,
    expectations,
    hosts: views,
    store,
    swarm,
    ...live,
    application,
  };
}

function withStopping(
  engine: Observed<EngineView>,
  stopping: readonly string[] | undefined,
): Observed<EngineView> {
  return 'seen' in engine ? seen({ ...engine.seen, stopping }) : engine;
}

/** The first value counts if the second read failed. */
function lastSeen<T>(again: Observed<T>, before: Observed<T>): Observed<T> {
  return 'seen' in again ? again : before;
}
