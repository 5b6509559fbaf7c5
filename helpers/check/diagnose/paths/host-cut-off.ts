import type { Diagnosis, Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { symptomKinds } from '../consequences.ts';
import {
  symptomsBetween,
  type Direction,
  directionOf,
  fieldOf,
  findDroppingRule,
  goesFrom,
  isFirewallOf,
  undoRule,
} from './paths-between.ts';
import type { Rule } from '../rule.ts';

/** A host from which no packets reach another one: overlays between them cannot work, regardless of tables. */
export const hostUnreachable: Rule = {
  name: 'host-unreachable',
  explain: (open, observation) => {
    const claimed = new Set<Difference>();
    return open
      .filter(({ kind }) => kind === 'host-path-dead')
      .flatMap((dead): Diagnosis[] => {
        const way = directionOf(dead);
        if (way === undefined || claimed.has(dead)) return [];
        const back = { host: way.peer, peer: way.host };
        const returning = open.find((one) => one.kind === 'host-path-dead' && goesFrom(one, back));
        const dirs = returning === undefined ? [way] : [way, back];
        const evidence = [dead, ...(returning === undefined ? [] : [returning])];
        for (const one of evidence) claimed.add(one);
        return [diagnose(evidence, dirs, open, observation)];
      });
  },
};

function diagnose(
  dead: readonly Difference[],
  ways: readonly Direction[],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const rule = ways.map((one) => findRule(one, observation)).find((one) => one !== undefined);
  const way = (rule === undefined ? misledWay(ways, dead) : ways[0]) ?? { host: '', peer: '' };
  const firewall = open.filter(
    (one) => isFirewallOf(one, way.host, 'vxlan') || isFirewallOf(one, way.peer, 'vxlan'),
  );
  const evidence = [...dead, ...firewall];
  const both = ways.length > 1 ? `, or from ${way.peer} to ${way.host}` : '';
  return {
    code: 'vxlan-blocked',
    where: way,
    summary: `no packets pass from ${way.host} to ${way.peer}${both}: no VXLAN, no gossip, no ICMP echo`,
    evidence,
    consequences: symptomsBetween(
      ways,
      evidence,
      open,
      observation,
      (one, some) => symptomKinds.has(one.kind) && goesFrom(one, some),
    ),
    remedy: rule === undefined ? lookAtRoute(way, observation) : undoRule(rule.host, rule.rule),
  };
}

/**
 * The way on which packets go astray. Where all of it comes to the other host's network card, and no answer comes back, it
 * is the way of the answers.
 */
function misledWay(ways: readonly Direction[], dead: readonly Difference[]): Direction | undefined {
  const [way] = ways;
  const hasArrived = (one: Direction) =>
    dead.some((some) => goesFrom(some, one) && fieldOf(some.observed, 'reachedNic') === true);
  const lost = ways.find((one) => !hasArrived(one));
  return lost ?? (way && { host: way.peer, peer: way.host });
}

/** Returns the rule that drops packets of this direction, and its host. */
function findRule({ host, peer }: Direction, observation: Observation) {
  const receiving = findDroppingRule(observation, peer, 'vxlan', 'in');
  if (receiving !== undefined) return { host: peer, rule: receiving };
  const sending = findDroppingRule(observation, host, 'vxlan', 'out');
  return sending === undefined ? undefined : { host, rule: sending };
}

function lookAtRoute({ host, peer }: Direction, observation: Observation): Remedy | undefined {
  const address = knownAddressOf(observation, peer);
  if (address === undefined) return undefined;
  return {
    kind: 'next-step',
    host,
    commands: [['ip', 'route', 'get', address]],
    effect: `Shows the route from ${host} to ${peer}.`,
  };
}
