import type { OverlayEndpoint } from '../../derive/endpoints.ts';
import type { PathsView, Unentered } from '../../model/views/paths-view.ts';
import { countedSince, readChecksumErrors } from './trials/checksum-errors.ts';
import { choosePairs, chooseIsolationPairs } from './plan/choose-pairs.ts';
import type { EndpointPair } from '../../derive/endpoints.ts';
import { connectToManagers, type HostPair, hostPairsOf } from './plan/query-hosts.ts';
import { queryGossip, listenToGossip, sniffGossip } from './trials/make-gossip.ts';
import { sendIsolationPackets } from './trials/make-isolation.ts';
import { makeTrials } from './trials/make-trials.ts';
import { readEncrypted, sniffEncrypted } from './trials/sniff-encrypted.ts';
import { measureLoss } from './trials/measure-loss.ts';
import { makeTunnels, type TunnelPlan } from './trials/make-tunnels.ts';
import type { HostKernel } from './plan/neighbor-capacity.ts';
import { chooseNeighbors } from './plan/neighbors.ts';
import { openProbeHost, type ProbeHost, type ProbeHostPlan } from './plan/probe-host.ts';
import { timePackets } from './trials/time-packets.ts';
import {
  type NumberTrial,
  planHosts,
  planPair,
  runPrefix,
  startNumbers,
  type TrialPlan,
} from './plan/trial-plan.ts';
import { type AuditedKind, traitsOf } from '../../model/cluster-traits.ts';

/** A cluster before its paths are probed. */
export interface PathsPlan {
  /** Names the check. */
  readonly run: string;
  readonly kind: AuditedKind;
  /** The hosts that have a probe. */
  readonly hosts: readonly Omit<ProbeHostPlan, 'endpoints' | 'run'>[];
  /** Ends of overlays on these hosts; none when probes may not enter containers. */
  readonly endpoints: readonly OverlayEndpoint[];
  readonly managers: readonly {
    readonly host: string;
    readonly address: string;
    readonly port: number;
  }[];
  /** The VXLAN id of a network as the host's kernel has it; undefined when it is not known, or packets are encrypted. */
  readonly vniOf: (host: string, networkId: string, address: string) => number | undefined;
  /** By host name, as far as known. */
  readonly kernels: ReadonlyMap<string, HostKernel>;
  readonly isEncrypted: (networkId: string) => boolean;
  readonly maxPairs: number | undefined;
  /** Other hosts that each host sends packets to at most. */
  readonly neighbors: number;
  /** Also measures round-trip times. */
  readonly timing: boolean;
}

/** Ordered pairs of ends without a common network that are tried at most. */
const MOST_ISOLATION_PAIRS = 60;

/** Sends live probes between all hosts and between chosen containers, in parallel. */
export async function probePaths(plan: PathsPlan): Promise<Omit<PathsView, 'outside'>> {
  const { kind, endpoints, managers, kernels, maxPairs, neighbors } = plan;
  const number = startNumbers(plan.run);
  const { all, chosen, overCapacity } = choosePairs(endpoints, maxPairs, kernels, neighbors);
  const isolationPairs = chooseIsolationPairs(endpoints, MOST_ISOLATION_PAIRS);
  const used = [...chosen, ...isolationPairs].flatMap(({ from, to }) => [from, to]);
  const probeHosts = await Promise.all(
    plan.hosts.map((host) =>
      openProbeHost({
        ...host,
        run: runPrefix(plan.run),
        endpoints: used.filter((endpoint) => endpoint.host === host.host),
      }),
    ),
  );
  const probeHostOf = (host: string) => probeHosts.find((one) => one.host === host);
  await sniffGossip(probeHosts);
  if (chosen.some(({ from }) => plan.isEncrypted(from.networkId))) await sniffEncrypted(probeHosts);
  const before = await readChecksumErrors(used, probeHostOf);

  const { trials: planned, unentered } = planAll(chosen, probeHostOf, number);
  const allHostPairs = hostPairsOf(probeHosts);
  const hostPairs = chooseHostPairs(allHostPairs, chosen, neighbors);
  const plannedHosts = hostPairs.flatMap(({ sender, receiver }) =>
    planHosts(sender, receiver, number),
  );
  const isolation = await sendIsolationPackets(isolationPairs, probeHostOf, number);
  const { hasManagers, hasOpenGossip } = traitsOf({ kind });
  const [hostTrials, trials, gossip, managerTrials] = await Promise.all([
    makeTrials(plannedHosts, probeHosts),
    makeTrials(planned, probeHosts),
    hasManagers
      ? listenToGossip(hostPairs, probeHosts, number)
      : hasOpenGossip
        ? queryGossip(hostPairs, probeHosts, number)
        : [],
    connectToManagers(probeHosts, managers, number),
  ]);
  const encrypted = await readEncrypted(planned, trials, plan.isEncrypted);
  const losses = await measureLoss(planned, trials, number);
  // Last, because an injected packet teaches the tables of the receiver, which would hide problems.
  const tunnels = await makeTunnels(planTunnels(plan, chosen, probeHostOf), number);
  // When nothing else is under way.
  const timings = plan.timing
    ? await timePackets([...plannedHosts, ...planned], number)
    : undefined;
  return {
    hostTrials,
    gossip,
    managers: managerTrials,
    tunnels,
    trials,
    encrypted,
    losses,
    isolation: await isolation.finish(),
    checksumErrors: countedSince(before, await readChecksumErrors(used, probeHostOf)),
    pairs: { all, probed: chosen.length, overCapacity },
    hostPairs: { all: allHostPairs.length, probed: hostPairs.length },
    untried: [],
    unentered,
    timings,
  };
}

/**
 * Chooses the pairs of neighbor hosts, and the pairs of the chosen containers: a path between containers is explained by
 * that between their hosts. A network on some of the hosts has a separate ring.
 */
function chooseHostPairs(
  all: readonly HostPair[],
  chosen: readonly EndpointPair[],
  neighbors: number,
): HostPair[] {
  const areNeighbors = chooseNeighbors(
    all.map(({ sender }) => sender.host),
    neighbors,
  );
  const needed = new Set(chosen.map(({ from, to }) => `${from.host} ${to.host}`));
  return all.filter(
    ({ sender: { host: from }, receiver: { host: to } }) =>
      areNeighbors(from, to) || needed.has(`${from} ${to}`),
  );
}

function planAll(
  pairs: readonly EndpointPair[],
  probeHostOf: (host: string) => ProbeHost | undefined,
  number: NumberTrial,
): { trials: TrialPlan[]; unentered: Unentered[] } {
  const trials: TrialPlan[] = [];
  const unentered = new Map<string, Unentered>();
  for (const pair of pairs) {
    const [sender, receiver] = [probeHostOf(pair.from.host), probeHostOf(pair.to.host)];
    if (sender === undefined || receiver === undefined) continue;
    const planned = planPair(pair, { sender, receiver }, number);
    if (!('why' in planned)) trials.push(...planned);
    else unentered.set(JSON.stringify(planned), planned);
  }
  return { trials, unentered: [...unentered.values()] };
}

/** Plans one tunnel for each network between each ordered pair of hosts, for their first pair of endpoints. */
function planTunnels(
  { vniOf }: PathsPlan,
  pairs: readonly EndpointPair[],
  probeHostOf: (host: string) => ProbeHost | undefined,
): TunnelPlan[] {
  const planned = new Map<string, TunnelPlan>();
  for (const { from, to } of pairs) {
    const key = `${from.host} ${to.host} ${from.networkId}`;
    const [sender, receiver] = [probeHostOf(from.host), probeHostOf(to.host)];
    if (planned.has(key) || sender === undefined || receiver === undefined) continue;
    const vni = vniOf(to.host, to.networkId, to.address);
    if (vni !== undefined) planned.set(key, { from, to, sender, receiver, vni });
  }
  return [...planned.values()];
}
