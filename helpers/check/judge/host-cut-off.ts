import type { Diagnosis } from '../diagnosis.ts';
import type { Difference } from '../difference.ts';
import { knownAddressOf } from '../find-host.ts';
import type { Observation } from '../observation.ts';
import { feltKinds } from './consequences.ts';
import {
  cutOnWays,
  type Direction,
  directionOf,
  findDroppingRule,
  goesFrom,
  isFirewallOf,
  undoRule,
} from './paths-between.ts';
import type { Rule } from './rule.ts';

/** A host from which nothing at all gets to another one: their overlays cannot, whatever their tables have. */
export const hostCutOff: Rule = {
  name: 'host-cut-off',
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
  const [way = { host: '', peer: '' }] = ways;
  const firewall = open.filter(
    (one) => isFirewallOf(one, way.host, 'vxlan') || isFirewallOf(one, way.peer, 'vxlan'),
  );
  const evidence = [...dead, ...firewall];
  const both = ways.length > 1 ? `, nor from ${way.peer} to ${way.host}` : '';
  return {
    code: 'vxlan-blocked',
    where: way,
    summary: `nothing at all gets from ${way.host} to ${way.peer}${both}: neither VXLAN, nor gossip, nor an echo`,
    evidence,
    consequences: cutOnWays(
      ways,
      evidence,
      open,
      observation,
      (one, some) => feltKinds.has(one.kind) && goesFrom(one, some),
    ),
    remedy: remedyFor(way, observation),
  };
}

function remedyFor({ host, peer }: Direction, observation: Observation): Diagnosis['remedy'] {
  const receiving = findDroppingRule(observation, peer, 'vxlan', 'in');
  if (receiving !== undefined) return undoRule(peer, receiving);
  const sending = findDroppingRule(observation, host, 'vxlan', 'out');
  if (sending !== undefined) return undoRule(host, sending);
  const address = knownAddressOf(observation, peer);
  if (address === undefined) return undefined;
  return {
    kind: 'next-step',
    host,
    commands: [['ip', 'route', 'get', address]],
    effect: `tells by which way ${host} sends what is for ${peer}; it changes nothing`,
  };
}
