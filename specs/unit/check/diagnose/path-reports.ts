import { checksums } from '../../../../helpers/check/compare/paths/checksums.ts';
import { containerPaths } from '../../../../helpers/check/compare/paths/container-paths.ts';
import { gossipPaths } from '../../../../helpers/check/compare/paths/gossip-paths.ts';
import { hostPaths } from '../../../../helpers/check/compare/paths/host-paths.ts';
import { isolation } from '../../../../helpers/check/compare/paths/isolation.ts';
import { managers } from '../../../../helpers/check/compare/members/managers.ts';
import { packetLoss as packetLossCheck } from '../../../../helpers/check/compare/paths/packet-loss.ts';
import { outerSources } from '../../../../helpers/check/compare/paths/outer-sources.ts';
import { tunnels } from '../../../../helpers/check/compare/paths/tunnels.ts';
import type { Diagnosis } from '../../../../helpers/check/model/diagnosis.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { checksumOffload } from '../../../../helpers/check/diagnose/paths/checksum-offload.ts';
import { gossipBlocked } from '../../../../helpers/check/diagnose/paths/blocked-paths.ts';
import { hostUnreachable } from '../../../../helpers/check/diagnose/paths/blocked-paths.ts';
import { isolationBroken } from '../../../../helpers/check/diagnose/engines/networks.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import { mtuBlackHole } from '../../../../helpers/check/diagnose/paths/mtu-black-hole.ts';
import { packetLoss } from '../../../../helpers/check/diagnose/paths/packet-loss.ts';
import { vxlanBlocked } from '../../../../helpers/check/diagnose/paths/blocked-paths.ts';
import { vxlanSourceAddress } from '../../../../helpers/check/diagnose/paths/vxlan-source-address.ts';
import type { HostView, Observation } from '../../../../helpers/check/model/observation.ts';
import {
  type Hop,
  hops,
  type PathsView,
  type Protocol,
  protocols,
  type Trial,
} from '../../../../helpers/check/model/views/paths-view.ts';
import { withValue, withoutValue } from '../../../../helpers/check/model/observed.ts';
import { observationOf } from '../observation.ts';

/** The outcome of a packet: its reply arrives, it arrives, or it was last seen at this hop. */
export type Fate = 'answered' | 'arrived' | { readonly lastSeen?: Hop; readonly source?: string };

/** The problems between hosts, by "from to". Everything else works. */
export interface Ailments {
  readonly hosts?: readonly string[];
  readonly echo?: (way: string) => Fate;
  readonly gossip?: (
    way: string,
    transport: 'tcp' | 'udp',
  ) => 'lost' | 'at-nic' | 'silent' | undefined;
  readonly tunnel?: (way: string) => 'lost' | 'at-nic' | 'let-in' | undefined;
  readonly container?: (way: string, protocol: Protocol) => Fate;
  readonly more?: Partial<PathsView>;
}

const comparisons = [
  hostPaths,
  gossipPaths,
  managers,
  tunnels,
  outerSources,
  containerPaths,
  packetLossCheck,
  checksums,
  isolation,
];
const rules = [
  packetLoss,
  hostUnreachable,
  gossipBlocked,
  vxlanSourceAddress,
  vxlanBlocked,
  mtuBlackHole,
  checksumOffload,
  isolationBroken,
];

/** Returns the report of the comparisons and rules for paths. */
export function reportOf(ailments: Ailments, more: Partial<Observation> = {}) {
  const names = ailments.hosts ?? ['left', 'right'];
  const hosts = names.map((name, index): HostView => {
    const nothing = withoutValue('not looked at', 'not-requested');
    const rest = {
      engine: nothing,
      gossip: nothing,
      kernel: nothing,
      balancing: nothing,
      reach: nothing,
    };
    return { name, address: addressOf(index), pulse: 'answers', ...rest };
  });
  const paths = withValue(pathsOf(names, ailments));
  const observation = observationOf({ hosts, paths, ...more });
  const outcomes = comparisons.map((check) => ({
    name: check.name,
    ...check.compare(observation),
  }));
  const differences = outcomes.flatMap((one): readonly Difference[] =>
    one.state === 'failed' ? one.differences : [],
  );
  const diagnoses: readonly Diagnosis[] = diagnoseDifferences(differences, observation, rules);
  return { outcomes, diagnoses };
}

function addressOf(index: number): string {
  return `192.168.99.${101 + index}`;
}

function pathsOf(names: readonly string[], ailments: Ailments): PathsView {
  const { echo, gossip, tunnel, container, more } = ailments;
  const ways = names.flatMap((from, index) =>
    names.flatMap((to, other) => (from === to ? [] : [{ from, to, index, other }])),
  );
  return {
    hostTrials: ways.map((way) =>
      describeTrial(way, 'icmp', echo?.(nameOf(way)) ?? 'answered', false),
    ),
    gossip: ways.flatMap((way) =>
      (['tcp', 'udp'] as const).map((transport) => {
        const fate = gossip?.(nameOf(way), transport);
        return {
          from: way.from,
          to: way.to,
          transport,
          answered: fate === undefined,
          seen: undefined,
          arrived: fate !== 'lost',
          letIn: fate === undefined || fate === 'silent',
          error: fate === undefined ? undefined : 'no answer',
        };
      }),
    ),
    managers: [],
    tunnels: ways.map((way) => {
      const fate = tunnel?.(nameOf(way));
      return {
        network: 'net',
        networkId: 'id',
        from: way.from,
        to: way.to,
        reachedNic: fate !== 'lost',
        letIn: fate === undefined || fate === 'let-in',
        cameOut: fate === undefined,
        error: undefined,
      };
    }),
    trials: ways.flatMap((way) =>
      protocols.map((one) =>
        describeTrial(way, one, container?.(nameOf(way), one) ?? 'answered', true),
      ),
    ),
    isolation: [],
    checksumErrors: [],
    pairs: { all: ways.length, probed: ways.length },
    untried: [],
    ...more,
  };
}

function describeTrial(
  { from, to, index, other }: { from: string; to: string; index: number; other: number },
  protocol: Protocol,
  fate: Fate,
  inside: boolean,
): Trial {
  const isLost = typeof fate !== 'string';
  const last = isLost && fate.lastSeen !== undefined ? hops.indexOf(fate.lastSeen) : -1;
  return {
    network: inside ? 'net' : undefined,
    networkId: inside ? 'id' : undefined,
    from: { host: from, container: inside ? `c-${from}` : undefined, address: addressOf(index) },
    to: { host: to, container: inside ? `c-${to}` : undefined, address: addressOf(other) },
    protocol,
    size: protocol.endsWith('large') ? 1450 : 45,
    arrived: !isLost,
    answered: fate === 'answered',
    answeredFrom: undefined,
    error: undefined,
    milliseconds: undefined,
    sightings: hops.slice(0, last + 1).map((hop) => ({
      hop,
      host: hop.startsWith('sender') ? from : to,
      outerSource: isLost ? (fate.source ?? addressOf(index)) : undefined,
      outerDestination: addressOf(other),
      vni: 256,
    })),
  };
}

function nameOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from} ${to}`;
}
