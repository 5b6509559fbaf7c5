import type { OverlayEnd } from '../../derive/endpoints.ts';
import type { PathsView, Unentered } from '../../model/paths-view.ts';
import { countedSince, readChecksumErrors } from './checksum-errors.ts';
import { choosePairs, chooseStrangers } from './choose-pairs.ts';
import type { EndPair } from '../../derive/endpoints.ts';
import { connectToManagers, hostPairsOf } from './ask-hosts.ts';
import { askGossip, listenToGossip, overhearGossip } from './make-gossip.ts';
import { sendToStrangers } from './make-isolation.ts';
import { makeTrials } from './make-trials.ts';
import { measureLoss } from './measure-loss.ts';
import { makeTunnels, type TunnelPlan } from './make-tunnels.ts';
import type { HostKernel } from './neighbor-capacity.ts';
import { openStation, type Station, type StationPlan } from './probe-host.ts';
import { timePackets } from './time-packets.ts';
import {
  type NumberTrial,
  planHosts,
  planPair,
  runPrefix,
  startNumbers,
  type TrialPlan,
} from './trial-plan.ts';

/** A cluster before its paths are probed. */
export interface PathsPlan {
  /** Names the check. */
  readonly run: string;
  readonly kind: 'key-value' | 'swarm-mode' | 'unknown';
  /** The hosts that have a probe. */
  readonly hosts: readonly Omit<StationPlan, 'ends' | 'run'>[];
  /** Ends of overlays on these hosts; none when probes may not enter containers. */
  readonly ends: readonly OverlayEnd[];
  readonly managers: readonly {
    readonly host: string;
    readonly address: string;
    readonly port: number;
  }[];
  /** The VXLAN id of a network as the host's kernel has it; undefined when it is not known, or packets are encrypted. */
  readonly vniOf: (host: string, networkId: string, address: string) => number | undefined;
  /** By host name, as far as known. */
  readonly kernels: ReadonlyMap<string, HostKernel>;
  readonly maxPairs: number;
  /** Also measures round-trip times. */
  readonly timing: boolean;
}

/** Ordered pairs of ends without a common network that are tried at most. */
const MOST_STRANGERS = 60;

/** Sends live probes between all hosts and between chosen containers, in parallel. */
export async function lookAtPaths(plan: PathsPlan): Promise<Omit<PathsView, 'outside'>> {
  const { kind, ends, managers, kernels, maxPairs } = plan;
  const number = startNumbers(plan.run);
  const { all, chosen, withoutRoom } = choosePairs(ends, maxPairs, kernels);
  const strangers = chooseStrangers(ends, MOST_STRANGERS);
  const used = [...chosen, ...strangers].flatMap(({ from, to }) => [from, to]);
  const stations = await Promise.all(
    plan.hosts.map((host) =>
      openStation({
        ...host,
        run: runPrefix(plan.run),
        ends: used.filter((end) => end.host === host.host),
      }),
    ),
  );
  const stationOf = (host: string) => stations.find((one) => one.host === host);
  await overhearGossip(stations);
  const before = await readChecksumErrors(used, stationOf);

  const { trials: planned, unentered } = planAll(chosen, stationOf, number);
  const plannedHosts = hostPairsOf(stations).flatMap(({ asker, receiver }) =>
    planHosts(asker, receiver, number),
  );
  const isolation = await sendToStrangers(strangers, stationOf, number);
  const [hostTrials, trials, gossip, managerTrials] = await Promise.all([
    makeTrials(plannedHosts, stations),
    makeTrials(planned, stations),
    kind === 'swarm-mode'
      ? listenToGossip(stations, number)
      : kind === 'unknown'
        ? []
        : askGossip(stations, number),
    connectToManagers(stations, managers, number),
  ]);
  const losses = await measureLoss(planned, trials, number);
  // Last, because an injected packet teaches the tables of the receiver, which would hide problems.
  const tunnels = await makeTunnels(planTunnels(plan, chosen, stationOf), number);
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
    losses,
    isolation: await isolation.finish(),
    checksumErrors: countedSince(before, await readChecksumErrors(used, stationOf)),
    pairs: { all, probed: chosen.length, withoutRoom },
    untried: [],
    unentered,
    timings,
  };
}

function planAll(
  pairs: readonly EndPair[],
  stationOf: (host: string) => Station | undefined,
  number: NumberTrial,
): { trials: TrialPlan[]; unentered: Unentered[] } {
  const trials: TrialPlan[] = [];
  const unentered = new Map<string, Unentered>();
  for (const pair of pairs) {
    const [asker, receiver] = [stationOf(pair.from.host), stationOf(pair.to.host)];
    if (asker === undefined || receiver === undefined) continue;
    const planned = planPair(pair, { asker, receiver }, number);
    if (!('why' in planned)) trials.push(...planned);
    else unentered.set(JSON.stringify(planned), planned);
  }
  return { trials, unentered: [...unentered.values()] };
}

/** Plans one tunnel for each network between each ordered pair of hosts, for their first pair of endpoints. */
function planTunnels(
  { vniOf }: PathsPlan,
  pairs: readonly EndPair[],
  stationOf: (host: string) => Station | undefined,
): TunnelPlan[] {
  const planned = new Map<string, TunnelPlan>();
  for (const { from, to } of pairs) {
    const key = `${from.host} ${to.host} ${from.networkId}`;
    const [sender, receiver] = [stationOf(from.host), stationOf(to.host)];
    if (planned.has(key) || sender === undefined || receiver === undefined) continue;
    const vni = vniOf(to.host, to.networkId, to.address);
    if (vni !== undefined) planned.set(key, { from, to, sender, receiver, vni });
  }
  return [...planned.values()];
}
