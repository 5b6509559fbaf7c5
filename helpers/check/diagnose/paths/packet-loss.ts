import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import {
  type Difference,
  type DifferenceKind,
  ofKind,
  type Place,
} from '../../model/difference.ts';
import { hostNamed, knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { OverlayTraffic } from '../../model/views/kernel-view.ts';
import { type Hop, protocols } from '../../model/views/paths-view.ts';
import { valueOf } from '../../model/observed.ts';
import {
  symptomsBetween,
  type Direction,
  directionOf,
  findDroppingRule,
  findPartialRule,
  goesFrom,
  isFirewallOf,
  undoRule,
} from './paths-between.ts';
import type { Rule } from '../rule.ts';

/**
 * Paths between hosts that lose a part of their packets. Comes before the rules for paths that lose everything: where a third
 * of the packets is lost, one in forty trials fails three times, and looks like a blocked port or a small MTU.
 */
export const packetLoss: Rule = {
  name: 'packet-loss',
  explain: (open, observation) => {
    const losing = ofKind(open, 'packets-lost').flatMap((one): Losing[] => {
      const direction = directionOf(one);
      return direction === undefined ? [] : [{ one, direction, ...readLoss(one) }];
    });
    const claimed = new Set<Difference>();
    return gather(losing).map((place) => {
      const diagnosis = diagnose(
        place,
        open.filter((one) => !claimed.has(one)),
        observation,
      );
      for (const one of [...diagnosis.evidence, ...diagnosis.consequences]) claimed.add(one);
      return diagnosis;
    });
  },
};

/** The part of a path where most of the lost packets vanish. */
type Part = 'sender' | 'between' | 'receiver';

interface Losing {
  readonly one: Difference;
  readonly direction: Direction;
  readonly sent: number;
  readonly lost: number;
  readonly part: Part;
}

const parts: Readonly<Record<Hop | 'nowhere', Part>> = {
  nowhere: 'sender',
  sender: 'sender',
  'sender-vxlan': 'sender',
  'sender-nic': 'between',
  'receiver-nic': 'receiver',
  'receiver-input': 'receiver',
  'receiver-vxlan': 'receiver',
  receiver: 'receiver',
};

function readLoss({
  observed,
}: Difference<'packets-lost'>): Pick<Losing, 'sent' | 'lost' | 'part'> {
  const { sent, lost, lastSeen } = observed;
  const counted = Object.entries(lastSeen).toSorted(([, one], [, other]) => other - one);
  const [[hop] = ['sender-nic']] = counted;
  return { sent, lost, part: parts[hop as Hop | 'nowhere'] };
}

interface Gathered {
  readonly part: Part;
  /** The host that loses the packets; undefined between two hosts. */
  readonly culprit: string | undefined;
  readonly paths: readonly Losing[];
}

/** One cause for all packets that vanish at one host; else one for both directions between two hosts. */
function gather(losing: readonly Losing[]): Gathered[] {
  const places = Map.groupBy(losing, ({ direction: { host, peer }, part }) => {
    if (part === 'between') return JSON.stringify([part, ...[host, peer].toSorted()]);
    return JSON.stringify([part, part === 'sender' ? host : peer]);
  });
  return [...places.values()].flatMap((paths): Gathered[] => {
    const [first] = paths;
    if (first === undefined) return [];
    const { part, direction } = first;
    const culprit = { sender: direction.host, between: undefined, receiver: direction.peer }[part];
    return [{ part, culprit, paths }];
  });
}

function diagnose(
  { part, culprit, paths }: Gathered,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const directions = paths.map(({ direction }) => direction);
  const [direction = { host: '', peer: '' }] = directions;
  const rule =
    culprit === undefined
      ? undefined
      : findPartialRule(observation, culprit, part === 'receiver' ? 'in' : 'out');
  const firewall = open.filter(
    (one) => culprit !== undefined && isFirewallOf(one, culprit, 'vxlan'),
  );
  const evidence = [...paths.map(({ one }) => one), ...firewall];
  return {
    code: 'packet-loss',
    where: placeOf(part, directions),
    summary: [
      describeLoss(paths),
      rule === undefined ? describePart(part, culprit) : `${culprit} has the rule "${rule.text}"`,
    ].join('; '),
    evidence,
    consequences: symptomsBetween(directions, evidence, open, observation, (one, some) =>
      isByChance(one, some, paths, observation),
    ),
    action:
      rule !== undefined && culprit !== undefined
        ? undoRule(culprit, rule)
        : nextStep(direction, culprit, observation),
  };
}

/**
 * Returns true if a probe on that path, or on the way back, failed because some of its packets were among the lost ones.
 */
function isByChance(
  one: Difference,
  direction: Direction,
  paths: readonly Losing[],
  observation: Observation,
): boolean {
  const isThere = goesFrom(one, direction);
  const isBack = goesFrom(one, { host: direction.peer, peer: direction.host });
  if (one.kind === 'tunnel-dead') return isThere;
  if (one.kind === 'container-path-dead') {
    const lost = lostProtocols(one);
    if (isBack) return lost.length === 0;
    return isThere && !isPattern(lost, paths);
  }
  const traffic = trafficOf[one.kind];
  return (
    traffic !== undefined &&
    (isThere || isBack) &&
    ![direction.host, direction.peer].some((host) => isBlocked(observation, host, traffic))
  );
}

function lostProtocols({ observed }: Difference<'container-path-dead'>): string[] {
  return Object.entries(observed.outcomes).flatMap(([protocol, outcome]) =>
    outcome === 'lost' ? [protocol] : [],
  );
}

/**
 * Returns true if chance does not explain the lost protocols: everything, or everything large where most packets arrive.
 */
function isPattern(lost: readonly string[], paths: readonly Losing[]): boolean {
  const small = protocols.filter((one) => !one.endsWith('-large'));
  const large = protocols.filter((one) => one.endsWith('-large'));
  if (protocols.every((one) => lost.includes(one))) return true;
  const isMostlyFine = paths.every(({ sent, lost: count }) => 2 * count < sent);
  return (
    isMostlyFine &&
    large.every((one) => lost.includes(one)) &&
    !small.some((one) => lost.includes(one))
  );
}

const trafficOf: Readonly<Partial<Record<DifferenceKind, OverlayTraffic>>> = {
  'gossip-path-dead': 'gossip',
  'manager-path-dead': 'management',
};

/** Returns true if a rule on that host drops all such packets, which is a separate cause. */
function isBlocked(observation: Observation, host: string, traffic: OverlayTraffic): boolean {
  return (['in', 'out'] as const).some((direction) => {
    const rule = findDroppingRule(observation, host, traffic, direction);
    return rule?.isExplicit === true && rule.isPartial !== true && rule.packets !== 0;
  });
}

function placeOf(part: Part, directions: readonly Direction[]): Place {
  const [direction = {}] = directions;
  if (directions.length === 1 || part === 'between') return direction;
  const { host, peer } = directions[0] ?? {};
  return part === 'receiver' ? { peer } : { host };
}

function describeLoss(paths: readonly Losing[]): string {
  return paths
    .map(
      ({ direction: { host, peer }, sent, lost }) =>
        `${lost} of ${sent} packets from ${host} to ${peer} lost`,
    )
    .join(', ');
}

function describePart(part: Part, culprit: string | undefined): string {
  if (part === 'between') return 'most of them left the sender and did not reach the other host';
  return part === 'sender'
    ? `most of them did not leave ${culprit}`
    : `most of them reached the network card of ${culprit}, and not the container`;
}

function nextStep(
  { host, peer }: Direction,
  culprit: string | undefined,
  observation: Observation,
): Action {
  if (culprit !== undefined) {
    const { carrier } = valueOf(hostNamed(observation, culprit)?.kernel) ?? {};
    return {
      kind: 'next-step',
      host: culprit,
      commands: carrier === undefined ? [] : [['ip', '-s', 'link', 'show', 'dev', carrier]],
      effect: `Shows the dropped packets that the network card of ${culprit} has counted. Without any, look for a limit in its firewall or its traffic control.`,
    };
  }
  const address = knownAddressOf(observation, peer);
  return {
    kind: 'next-step',
    host,
    commands: address === undefined ? [] : [['ping', '-c', '100', '-i', '0.2', '-q', address]],
    effect: `Shows the packets that are lost outside the overlay. If there are any, inspect the link between ${host} and ${peer}. Without any, look for a firewall or a limit between them that treats VXLAN differently.`,
  };
}
