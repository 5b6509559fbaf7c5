import { vxlanPortOf } from '../../derive/vxlan-port.ts';
import type { Diagnosis, Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import {
  addressOf,
  symptomsBetween,
  type Direction,
  directionOf,
  fieldOf,
  findDroppingRule,
  goesFrom,
  isFirewallOf,
  letIn,
  undoRule,
} from './paths-between.ts';
import type { Rule } from '../rule.ts';

/** The place where VXLAN packets end: before the receiver, or at its firewall. */
type End = 'before' | 'at';

/**
 * VXLAN does not get through from one host to another: a VXLAN packet that was written past all tables does not come
 * out, and is not even let in. Where no such packet could be written, that all packets of an overlay end at one place.
 */
export const vxlanBlocked: Rule = {
  name: 'vxlan-blocked',
  explain: (open, observation) => {
    const ends = open.flatMap((one) => {
      const end = endOf(one, observation);
      const way = directionOf(one);
      return end === undefined || way === undefined ? [] : [{ one, end, way }];
    });
    const byPlace = Map.groupBy(ends, ({ end, way: { host, peer } }) =>
      // A receiver that blocks all senders is one location; otherwise each direction is one.
      end === 'at' ? `at ${peer}` : `from ${host} to ${peer}`,
    );
    return [...byPlace.values()].map((own) =>
      diagnose(
        own.map(({ one }) => one),
        own[0]?.end ?? 'before',
        distinct(own.map(({ way }) => way)),
        open,
        observation,
      ),
    );
  },
};

function endOf(one: Difference, observation: Observation): End | undefined {
  const { kind, observed, expected } = one;
  if (kind === 'tunnel-dead') {
    if (fieldOf(observed, 'letIn') === true) return undefined;
    return fieldOf(observed, 'reachedNic') === true ? 'at' : 'before';
  }
  if (kind !== 'container-path-dead' || hasTunnel(one, observation)) return undefined;
  const outcomes = fieldOf(observed, 'outcomes');
  const isAllLost =
    typeof outcomes === 'object' &&
    outcomes !== null &&
    Object.keys(expected ?? {}).every(
      (protocol) => (outcomes as Record<string, unknown>)[protocol] === 'lost',
    );
  if (!isAllLost) return undefined;
  const lastSeen = fieldOf(observed, 'lastSeen') as Difference['observed'];
  const way = directionOf(one);
  const isAstray =
    fieldOf(lastSeen, 'outerDestination') !== addressOf(observation, way?.peer ?? '');
  if (isAstray) return undefined;
  const hop = fieldOf(lastSeen, 'hop');
  if (hop === 'receiver-nic') return 'at';
  return hop === 'sender-nic' ? 'before' : undefined;
}

/** Tells if a tunnel was probed there, which proves more. */
function hasTunnel(one: Difference, { paths }: Observation): boolean {
  return (
    'value' in paths &&
    paths.value.tunnels.some(({ from, to }) => goesFrom(one, { host: from, peer: to }))
  );
}

function diagnose(
  dead: readonly Difference[],
  end: End,
  ways: readonly Direction[],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const [way = { host: '', peer: '' }] = ways;
  const { host, peer } = way;
  const culprit = end === 'at' ? peer : host;
  const firewall = open.filter((one) => isFirewallOf(one, culprit, 'vxlan'));
  const evidence = [...dead, ...firewall];
  const port = vxlanPortOf(observation);
  const senders = ways.map((one) => one.host).join(', ');
  return {
    code: 'vxlan-blocked',
    where: ways.length > 1 ? { peer } : way,
    summary:
      end === 'at'
        ? `VXLAN (${port}/udp) from ${senders} reaches the network card of ${peer}, but its firewall blocks it`
        : `VXLAN (${port}/udp) from ${host} does not reach ${peer}`,
    evidence,
    consequences: symptomsBetween(
      ways,
      evidence,
      open,
      observation,
      (one, some) => one.kind === 'container-path-dead' && goesFrom(one, some),
    ),
    remedy: remedyFor(way, end, observation),
  };
}

function remedyFor(
  { host, peer }: Direction,
  end: End,
  observation: Observation,
): Remedy | undefined {
  const culprit = end === 'at' ? peer : host;
  const rule = findDroppingRule(observation, culprit, 'vxlan', end === 'at' ? 'in' : 'out');
  if (rule !== undefined) return undoRule(culprit, rule);
  const address = knownAddressOf(observation, host);
  if (end === 'before' || address === undefined) return undefined;
  return {
    kind: 'fix',
    host: peer,
    commands: [letIn(address, 'udp', vxlanPortOf(observation))],
    effect: `Accepts VXLAN packets from ${host}.`,
  };
}

function distinct(ways: readonly Direction[]): Direction[] {
  return [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()];
}
