import { knownAddressOf } from '../../derive/find-host.ts';
import { vxlanPortOf } from '../../derive/vxlan-port.ts';
import type { DiagnosisCode } from '../../model/codes.ts';
import type { Command } from '../../model/command.ts';
import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { OverlayTraffic } from '../../model/views/kernel-view.ts';
import type { Observation } from '../../model/observation.ts';
import { isBetween, symptomKinds } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import {
  addressOf,
  type Direction,
  directionOf,
  findDroppingRule,
  findDroppingRules,
  goesFrom,
  isFirewallOf,
  showRules,
  symptomsBetween,
  undoRule,
  undoRules,
} from './paths-between.ts';

/** Packets that a firewall, or the network between two hosts, blocks. */
interface Blocked {
  readonly code: DiagnosisCode;
  /** The differences that show it. */
  readonly dead: readonly Difference[];
  readonly direction: Direction;
  readonly where?: Diagnosis['where'];
  readonly summary: string;
  /** The hosts whose firewall rules are evidence. */
  readonly firewalls: readonly string[];
  readonly traffic: readonly OverlayTraffic[];
  readonly consequencesOf: (evidence: readonly Difference[]) => readonly Difference[];
  readonly action: Action | undefined;
}

function describe(
  {
    code,
    dead,
    direction,
    where = direction,
    summary,
    firewalls,
    traffic,
    consequencesOf,
    action,
  }: Blocked,
  open: readonly Difference[],
): Diagnosis {
  const rules = open.filter((one) =>
    firewalls.some((host) => traffic.some((what) => isFirewallOf(one, host, what))),
  );
  const evidence = [...dead, ...rules];
  return { code, where, summary, evidence, consequences: consequencesOf(evidence), action };
}

/** A host from which no packets reach another one: overlays between them cannot work, regardless of tables. */
export const hostUnreachable: Rule = {
  name: 'host-unreachable',
  explain: (open, observation) => {
    const all = ofKind(open, 'host-path-dead');
    const claimed = new Set<Difference>();
    return all.flatMap((first): Diagnosis[] => {
      const direction = directionOf(first);
      if (direction === undefined || claimed.has(first)) return [];
      const back = reverse(direction);
      const dead = [first, ...all.filter((one) => goesFrom(one, back)).slice(0, 1)];
      for (const one of dead) claimed.add(one);
      return [describeUnreachable(dead, direction, open, observation)];
    });
  },
};

function describeUnreachable(
  dead: readonly Difference<'host-path-dead'>[],
  first: Direction,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const directions = dead.length > 1 ? [first, reverse(first)] : [first];
  const found = directions.flatMap((one) => findRule(one, observation) ?? [])[0];
  const direction = found === undefined ? misledWay(directions, dead) : first;
  const both = directions.length > 1 ? `, or from ${direction.peer} to ${direction.host}` : '';
  const blocked: Blocked = {
    code: 'vxlan-blocked',
    dead,
    direction,
    summary: `no packets pass from ${direction.host} to ${direction.peer}${both}: no VXLAN, no gossip, no ICMP echo`,
    firewalls: [direction.host, direction.peer],
    traffic: ['vxlan'],
    consequencesOf: (evidence) =>
      symptomsBetween(
        directions,
        evidence,
        open,
        observation,
        (one, some) =>
          (symptomKinds.has(one.kind) && goesFrom(one, some)) ||
          isAnswerLost(one, some) ||
          isPortSilentFrom(one, some),
      ),
    action:
      found === undefined ? showRoute(direction, observation) : undoRule(found.host, found.rule),
  };
  return describe(blocked, open);
}

/** Returns true if gossip in the other direction arrives, but its answers are lost in this one. */
function isAnswerLost(one: Difference, direction: Direction): boolean {
  return one.kind === 'gossip-path-dead' && one.observed.letIn && goesFrom(one, reverse(direction));
}

/** Returns true if a published port is reachable, but not in this direction. */
function isPortSilentFrom(one: Difference, { host, peer }: Direction): boolean {
  if (one.kind !== 'port-silent' || one.where.host !== peer) return false;
  const silent = Object.entries(one.observed).filter(([, outcome]) => outcome !== 'connected');
  return silent.every(([from]) => from === host);
}

/**
 * Returns the direction in which packets are lost. Where all packets reach the network card of the other host and no
 * answer comes back, it is the direction of the answers.
 */
function misledWay(
  directions: readonly [Direction, ...Direction[]] | Direction[],
  dead: readonly Difference<'host-path-dead'>[],
): Direction {
  const hasArrived = (direction: Direction) =>
    dead.some((one) => goesFrom(one, direction) && one.observed.reachedNic);
  const [direction = { host: '', peer: '' }] = directions;
  return directions.find((one) => !hasArrived(one)) ?? reverse(direction);
}

function reverse({ host, peer }: Direction): Direction {
  return { host: peer, peer: host };
}

/** Returns the rule that drops packets of this direction, and its host. */
function findRule({ host, peer }: Direction, observation: Observation) {
  const receiving = findDroppingRule(observation, peer, 'vxlan', 'in');
  if (receiving !== undefined) return { host: peer, rule: receiving };
  const sending = findDroppingRule(observation, host, 'vxlan', 'out');
  return sending === undefined ? undefined : { host, rule: sending };
}

function showRoute({ host, peer }: Direction, observation: Observation): Action | undefined {
  const address = knownAddressOf(observation, peer);
  if (address === undefined) return undefined;
  return {
    kind: 'next-step',
    host,
    commands: [['ip', 'route', 'get', address]],
    effect: `Shows the route from ${host} to ${peer}.`,
  };
}

/**
 * Blocked gossip ports between two hosts that reach each other in other ways. A packet that passes the firewall without an
 * answer is not blocked: the port is closed.
 */
export const gossipBlocked: Rule = {
  name: 'gossip-blocked',
  explain: (open, observation) => {
    const blocked = ofKind(open, 'gossip-path-dead', 'manager-path-dead').filter(
      (one) => one.kind === 'manager-path-dead' || !one.observed.letIn,
    );
    const byWay = Map.groupBy(blocked, (one) => JSON.stringify(directionOf(one)));
    return mergeSameFix(
      [...byWay.values()].flatMap((dead): Diagnosis[] => {
        const direction = dead[0] && directionOf(dead[0]);
        return direction === undefined ? [] : [describeGossip(dead, direction, open, observation)];
      }),
    );
  },
};

/** Merges findings that one fix ends, such as a rule that blocks all senders: it can be deleted only once. */
function mergeSameFix(diagnoses: readonly Diagnosis[]): Diagnosis[] {
  const groups = Map.groupBy(diagnoses, ({ action }) =>
    action?.kind === 'fix' ? JSON.stringify([action.host, action.commands]) : Symbol('alone'),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    const same = (field: 'host' | 'peer') =>
      group.every(({ where }) => where[field] === first.where[field])
        ? first.where[field]
        : undefined;
    return {
      ...first,
      where: { host: same('host'), peer: same('peer') },
      summary: group.map(({ summary }) => summary).join('; '),
      evidence: [...new Set(group.flatMap(({ evidence }) => evidence))],
      consequences: [...new Set(group.flatMap(({ consequences }) => consequences))],
    };
  });
}

function describeGossip(
  dead: readonly Difference<'gossip-path-dead' | 'manager-path-dead'>[],
  direction: Direction,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const { host, peer } = direction;
  const isAtPeer = dead.some((one) => one.kind === 'gossip-path-dead' && one.observed.arrived);
  const ports = dead.map((one) =>
    one.kind === 'manager-path-dead' ? '2377/tcp' : `7946/${one.observed.transport}`,
  );
  const blocked: Blocked = {
    code: 'gossip-blocked',
    dead,
    direction,
    summary: isAtPeer
      ? `the firewall of ${peer} blocks ${ports.join(' and ')} from ${host}`
      : `packets to ${ports.join(' and ')} from ${host} do not reach ${peer}`,
    firewalls: [isAtPeer ? peer : host],
    traffic: ['gossip', 'management'],
    consequencesOf: (evidence) =>
      open.filter(
        (one) =>
          !evidence.includes(one) &&
          (isGossipSymptom(one, direction) || isManagerCutOff(one, evidence, direction)),
      ),
    action: unblock(direction, isAtPeer, observation, {
      traffic: ['gossip', 'management'],
      accept: (address) => [accept(address, 'udp', 7946), accept(address, 'tcp', 7946)],
      effect: `Accepts gossip from ${host}.`,
    }),
  };
  return describe(blocked, open);
}

/** Returns true if a difference is a symptom: engines without gossip lack each other's endpoints; packets still pass. */
function isGossipSymptom(one: Difference, direction: Direction): boolean {
  const isOnWay = isBetween(one, direction.host, direction.peer);
  if (one.kind === 'container-path-dead' || one.kind === 'gossip-unaware') return isOnWay;
  if (one.kind === 'tunnel-dead' || one.kind === 'host-path-dead') return false;
  return symptomKinds.has(one.kind) && isOnWay;
}

/** Returns true if a manager or a node is cut off by a blocked port 2377 on the way. */
function isManagerCutOff(
  one: Difference,
  evidence: readonly Difference[],
  { host, peer }: Direction,
): boolean {
  const isCutOff =
    one.kind === 'manager-unreachable' ||
    (one.kind === 'engine-not-member' && one.observed === 'down');
  return (
    isCutOff &&
    evidence.some(({ kind }) => kind === 'manager-path-dead') &&
    (one.where.host === host || one.where.host === peer)
  );
}

/** VXLAN packets that end before the other host, or at its firewall. */
interface LostVxlan {
  readonly one: Difference;
  readonly direction: Direction;
  readonly isAtPeer: boolean;
}

/**
 * Blocked VXLAN packets from one host to another: an injected packet does not pass the firewall of the receiver. Without
 * injected packets, all packets of an overlay that end at one place.
 */
export const vxlanBlocked: Rule = {
  name: 'vxlan-blocked',
  explain: (open, observation) => {
    const lost = open.flatMap((one) => readLost(one, observation) ?? []);
    // A receiver that blocks all senders is one location; otherwise each direction is one.
    const byPlace = Map.groupBy(lost, ({ isAtPeer, direction: { host, peer } }) =>
      isAtPeer ? `at ${peer}` : `from ${host} to ${peer}`,
    );
    return [...byPlace.values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [describeVxlan([first, ...others], open, observation)],
    );
  },
};

function readLost(one: Difference, observation: Observation): LostVxlan | undefined {
  const direction = directionOf(one);
  if (direction === undefined) return undefined;
  if (one.kind === 'tunnel-dead') {
    const { letIn, reachedNic } = one.observed;
    return letIn ? undefined : { one, direction, isAtPeer: reachedNic };
  }
  if (one.kind !== 'container-path-dead' || hasTunnel(one, observation)) return undefined;
  const { outcomes, lastSeen } = one.observed;
  const isAllLost = Object.values(outcomes).every((outcome) => outcome === 'lost');
  // A packet to another address is led astray by a table.
  const isAstray = lastSeen?.outerDestination !== addressOf(observation, direction.peer);
  if (!isAllLost || isAstray) return undefined;
  const { hop } = lastSeen ?? {};
  return hop === 'receiver-nic' || hop === 'sender-nic'
    ? { one, direction, isAtPeer: hop === 'receiver-nic' }
    : undefined;
}

/** Returns true if a tunnel was probed there, which proves more. */
function hasTunnel(one: Difference, { paths }: Observation): boolean {
  return (
    'value' in paths &&
    paths.value.tunnels.some(({ from, to }) => goesFrom(one, { host: from, peer: to }))
  );
}

function describeVxlan(
  lost: readonly [LostVxlan, ...LostVxlan[]],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const [{ direction, isAtPeer }] = lost;
  const { host, peer } = direction;
  const directions = [...new Map(lost.map((one) => [one.direction.host, one.direction])).values()];
  const port = vxlanPortOf(observation);
  const senders = directions.map((one) => one.host).join(', ');
  const blocked: Blocked = {
    code: 'vxlan-blocked',
    dead: lost.map(({ one }) => one),
    direction,
    where: directions.length > 1 ? { peer } : direction,
    summary: isAtPeer
      ? `VXLAN (${port}/udp) from ${senders} reaches the network card of ${peer}, but its firewall blocks it`
      : `VXLAN (${port}/udp) from ${host} does not reach ${peer}`,
    firewalls: [isAtPeer ? peer : host],
    traffic: ['vxlan'],
    consequencesOf: (evidence) =>
      symptomsBetween(
        directions,
        evidence,
        open,
        observation,
        (one, some) => one.kind === 'container-path-dead' && goesFrom(one, some),
      ),
    action: unblock(direction, isAtPeer, observation, {
      traffic: ['vxlan'],
      accept: (address) => [accept(address, 'udp', port)],
      effect: `Accepts VXLAN packets from ${host}.`,
    }),
  };
  return describe(blocked, open);
}

/** Blocked ESP from one host to another: encrypted networks lose their packets, although all entries are right. */
export const espBlocked: Rule = {
  name: 'esp-blocked',
  explain: (open, observation) => {
    const byPlace = Map.groupBy(ofKind(open, 'esp-dead'), ({ where, observed }) =>
      observed.reachedNic ? `at ${where.peer}` : `from ${where.host}`,
    );
    return [...byPlace.values()].flatMap((dead) => {
      const [first] = dead;
      const direction = first && directionOf(first);
      return first === undefined || direction === undefined
        ? []
        : [describeEsp([first, ...dead.slice(1)], direction, open, observation)];
    });
  },
};

function describeEsp(
  dead: readonly [Difference<'esp-dead'>, ...Difference<'esp-dead'>[]],
  direction: Direction,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const { host, peer } = direction;
  const isAtPeer = dead[0].observed.reachedNic;
  const directions = dead.flatMap((one) => directionOf(one) ?? []);
  const senders = directions.map((one) => one.host).join(', ');
  const receivers = directions.map((one) => one.peer).join(', ');
  const more = directions.length > 1;
  const blocked: Blocked = {
    code: 'esp-blocked',
    dead,
    direction,
    where: more ? (isAtPeer ? { peer } : { host }) : direction,
    summary: isAtPeer
      ? `ESP from ${senders} reaches the network card of ${peer}, but its firewall blocks it`
      : `ESP from ${host} does not reach ${receivers}`,
    firewalls: [isAtPeer ? peer : host],
    traffic: ['esp'],
    // Answers take the other direction.
    consequencesOf: (evidence) =>
      symptomsBetween(
        directions,
        evidence,
        open,
        observation,
        (one, some) => one.kind === 'container-path-dead' && isBetween(one, some.host, some.peer),
      ),
    action: unblock(direction, isAtPeer, observation, {
      traffic: ['esp'],
      accept: () =>
        directions.flatMap((one) => {
          const address = knownAddressOf(observation, one.host);
          return address === undefined
            ? []
            : [['iptables', '-I', 'INPUT', '-s', address, '-p', 'esp', '-j', 'ACCEPT']];
        }),
      effect: `Accepts ESP packets from ${senders}.`,
    }),
  };
  return describe(blocked, open);
}

/** Deletes the rule that drops packets of this direction; without one, makes the receiver accept them. */
function unblock(
  { host, peer }: Direction,
  isAtPeer: boolean,
  observation: Observation,
  fix: {
    readonly traffic: readonly OverlayTraffic[];
    readonly accept: (address: string) => readonly Command[];
    readonly effect: string;
  },
): Action | undefined {
  const culprit = isAtPeer ? peer : host;
  const direction = isAtPeer ? 'in' : 'out';
  const address = knownAddressOf(observation, host);
  const [rule, ...others] = findDroppingRules(
    observation,
    culprit,
    fix.traffic,
    direction,
    address,
  );
  if (rule !== undefined) return undoRules(culprit, [rule, ...others]);
  if (!isAtPeer || address === undefined) return undefined;
  return { kind: 'fix', host: peer, commands: fix.accept(address), effect: fix.effect };
}

/** Returns the command that accepts packets from that address to a port, before any other rule. */
function accept(address: string, protocol: 'udp' | 'tcp', port: number): Command {
  const match = ['-s', address, '-p', protocol, '--dport', `${port}`];
  return ['iptables', '-I', 'INPUT', ...match, '-j', 'ACCEPT'];
}

/** A rule in the way that no earlier rule has taken as evidence. */
export const firewallDrops: Rule = {
  name: 'firewall-drops',
  explain: (open) =>
    ofKind(open, 'firewall-drops').map((dropping): Diagnosis => {
      const { where, text, observed } = dropping;
      const { verdict, concerns, undo } = observed;
      const blocked = concerns.includes('vxlan') ? 'vxlan-blocked' : 'gossip-blocked';
      return {
        code: verdict === 'rewrite-source' ? 'vxlan-source-address' : blocked,
        where,
        summary: text,
        evidence: [dropping],
        consequences: [],
        action:
          undo === undefined
            ? showRules(where.host)
            : { kind: 'fix', host: where.host, commands: [undo], effect: 'Deletes the rule.' },
      };
    }),
};
