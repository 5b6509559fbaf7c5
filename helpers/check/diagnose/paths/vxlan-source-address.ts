import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import { hostNamed, knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { isBetween } from '../consequences.ts';
import {
  addressOf,
  symptomsBetween,
  type Direction,
  directionOf,
  goesFrom,
  undoRule,
} from './paths-between.ts';
import type { Rule } from '../rule.ts';

/**
 * VXLAN packets with another source address than the engines expect. The receiver has a permanent entry with the expected
 * address for each MAC address, and drops packets that come from elsewhere.
 */
export const vxlanSourceAddress: Rule = {
  name: 'vxlan-source-address',
  explain: (open, observation) => {
    const byHost = Map.groupBy(ofKind(open, 'source-mismatch'), ({ where }) => where.host);
    return [...byHost.values()].flatMap((evidence): Diagnosis[] => {
      const directions = evidence.flatMap((one) => directionOf(one) ?? []);
      const [direction] = directions;
      return direction === undefined
        ? []
        : [diagnose(evidence, direction, directions, open, observation)];
    });
  },
};

function diagnose(
  sources: readonly Difference<'source-mismatch'>[],
  direction: Direction,
  directions: readonly Direction[],
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const { host } = direction;
  const rewriting = open.filter(
    ({ kind, where }) =>
      (kind === 'firewall-drops' || kind === 'vxlan-mismatch') && where.host === host,
  );
  const evidence = [...sources, ...rewriting];
  const seen = [...new Set(sources.map(({ observed }) => observed))].join(' and ');
  return {
    code: 'vxlan-source-address',
    where: directions.length > 1 ? { host } : direction,
    summary: `${host} sends VXLAN packets from ${seen} instead of ${addressOf(observation, host)}: the other hosts drop them`,
    evidence,
    consequences: symptomsBetween(
      directions,
      evidence,
      open,
      observation,
      (one, some) =>
        (one.kind === 'container-path-dead' && isBetween(one, some.host, some.peer)) ||
        (one.kind === 'tunnel-dead' && goesFrom(one, some)),
    ),
    action: actionFor(direction, seen, observation),
  };
}

function actionFor(
  { host, peer }: Direction,
  seen: string,
  observation: Observation,
): Action | undefined {
  const kernel = valueOf(hostNamed(observation, host)?.kernel);
  if (kernel === undefined) return undefined;
  const rule = (valueOf(kernel.firewall) ?? []).find(
    ({ verdict, concerns }) => verdict === 'rewrite-source' && concerns.includes('vxlan'),
  );
  if (rule !== undefined) return undoRule(host, rule);
  const address = addressOf(observation, host);
  const route = kernel.routes.find(({ source }) => source === seen);
  if (route?.device !== undefined) {
    const { destination, device, gateway } = route;
    const via = gateway === undefined ? [] : ['via', gateway];
    return {
      kind: 'fix',
      host,
      commands: [['ip', 'route', 'replace', destination, ...via, 'dev', device, 'src', address]],
      effect: `Makes packets to ${destination} use the source address ${address}.`,
    };
  }
  const other = knownAddressOf(observation, peer);
  if (other === undefined) return undefined;
  return {
    kind: 'next-step',
    host,
    commands: [['ip', 'route', 'get', other]],
    effect: `Shows why ${host} sends to ${peer} with source address ${seen}; changes nothing.`,
  };
}
