import type { Diagnosis, Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { symptomKinds, isBetween } from '../consequences.ts';
import {
  type Direction,
  directionOf,
  fieldOf,
  findDroppingRule,
  goesFrom,
  isFirewallOf,
  letIn,
  undoRule,
  wordOf,
} from './paths-between.ts';
import type { Rule } from '../rule.ts';

/**
 * Blocked gossip ports between two hosts that reach each other in other ways. A packet that passes the firewall without an
 * answer is not blocked: the port is closed.
 */
export const gossipBlocked: Rule = {
  name: 'gossip-blocked',
  explain: (open, observation) => {
    const blocked = open.filter(
      (one) =>
        (one.kind === 'gossip-path-dead' && fieldOf(one.observed, 'letIn') === false) ||
        one.kind === 'manager-path-dead',
    );
    const byWay = Map.groupBy(blocked, (one) => JSON.stringify(directionOf(one)));
    return [...byWay.values()].flatMap((evidence): Diagnosis[] => {
      const [first] = evidence;
      const way = first === undefined ? undefined : directionOf(first);
      return way === undefined ? [] : [diagnose(evidence, way, open, observation)];
    });
  },
};

function diagnose(
  blocked: readonly Difference[],
  way: Direction,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const { host, peer } = way;
  const reachesNic = blocked.some(({ observed }) => fieldOf(observed, 'arrived') === true);
  const culprit = reachesNic ? peer : host;
  const firewall = open.filter(
    (one) => isFirewallOf(one, culprit, 'gossip') || isFirewallOf(one, culprit, 'management'),
  );
  const evidence = [...blocked, ...firewall];
  const ports = blocked.map(({ kind, observed }) =>
    kind === 'manager-path-dead' ? '2377/tcp' : `7946/${wordOf(observed, 'transport')}`,
  );
  return {
    code: 'gossip-blocked',
    where: way,
    summary: reachesNic
      ? `the firewall of ${peer} blocks ${ports.join(' and ')} from ${host}`
      : `packets to ${ports.join(' and ')} from ${host} do not reach ${peer}`,
    evidence,
    consequences: open.filter((one) => !evidence.includes(one) && isSymptom(one, way)),
    remedy: remedyFor(way, reachesNic, observation),
  };
}

/** Symptoms: engines that do not exchange gossip lack each other's endpoints; packets still pass. */
function isSymptom(one: Difference, way: Direction): boolean {
  if (one.kind === 'container-path-dead' || one.kind === 'gossip-unaware') {
    return isBetween(one, way.host, way.peer);
  }
  if (one.kind === 'tunnel-dead' || one.kind === 'host-path-dead') return false;
  return symptomKinds.has(one.kind) && (isBetween(one, way.host, way.peer) || goesFrom(one, way));
}

function remedyFor(
  { host, peer }: Direction,
  reachesNic: boolean,
  observation: Observation,
): Remedy | undefined {
  const culprit = reachesNic ? peer : host;
  for (const traffic of ['gossip', 'management'] as const) {
    const rule = findDroppingRule(observation, culprit, traffic, reachesNic ? 'in' : 'out');
    if (rule !== undefined) return undoRule(culprit, rule);
  }
  const address = knownAddressOf(observation, host);
  if (!reachesNic || address === undefined) return undefined;
  return {
    kind: 'fix',
    host: peer,
    commands: (['udp', 'tcp'] as const).map((protocol) => letIn(address, protocol, 7946)),
    effect: `Accepts gossip from ${host}.`,
  };
}
