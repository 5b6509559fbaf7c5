import type { Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { FirewallRule, OverlayTraffic } from '../../model/views/kernel-view.ts';
import { valueOf } from '../../model/observed.ts';
import { isApplicationSymptom } from '../consequences.ts';

/** From one host to another. */
export interface Direction {
  readonly host: string;
  readonly peer: string;
}

/** Returns the direction of a difference. */
export function directionOf({ where }: Difference): Direction | undefined {
  const { host, peer } = where;
  return host === undefined || peer === undefined ? undefined : { host, peer };
}

/** Returns true if a difference is between these hosts, in this direction. */
export function goesFrom({ where }: Difference, { host, peer }: Direction): boolean {
  return where.host === host && where.peer === peer;
}

/** Returns the address of a host in the cluster, or its name if unknown. */
export function addressOf(observation: Observation, host: string): string {
  return hostNamed(observation, host)?.address ?? host;
}

/**
 * Returns true if a difference is a symptom of the application with containers on both hosts, when one cannot reach the
 * other.
 */
function isApplicationBetween(
  difference: Difference,
  observation: Observation,
  { host, peer }: Direction,
): boolean {
  return (
    isApplicationSymptom(difference, observation, host) &&
    isApplicationSymptom(difference, observation, peer)
  );
}

/**
 * Returns the consequences of lost packets in these directions: failing paths, and symptoms of an application on both
 * sides. Evidence is left out.
 */
export function symptomsBetween(
  directions: readonly Direction[],
  evidence: readonly Difference[],
  open: readonly Difference[],
  observation: Observation,
  isDead: (one: Difference, direction: Direction) => boolean,
): Difference[] {
  return open.filter(
    (one) =>
      !evidence.includes(one) &&
      directions.some(
        (direction) => isDead(one, direction) || isApplicationBetween(one, observation, direction),
      ),
  );
}

/** The firewall hooks for incoming and outgoing packets. */
const hooks = {
  in: ['ingress', 'prerouting', 'input'],
  out: ['output', 'postrouting'],
} as const;

/** Returns the rule of a host's firewall that drops such packets; first a rule that names them and has matched some. */
export function findDroppingRule(
  observation: Observation,
  host: string,
  traffic: OverlayTraffic,
  direction: keyof typeof hooks,
): FirewallRule | undefined {
  return droppingRules(observation, host, traffic, direction)[0];
}

/**
 * Returns all rules that block the traffic of a host: the most likely one, and others that name its ports, have matched
 * packets, and match no other source.
 */
export function findDroppingRules(
  observation: Observation,
  host: string,
  traffic: readonly OverlayTraffic[],
  direction: keyof typeof hooks,
  source: string | undefined,
): FirewallRule[] {
  const rules = traffic.flatMap((what) => droppingRules(observation, host, what, direction));
  const distinct = [...new Map(rules.map((rule) => [rule.text, rule])).values()];
  return distinct.filter(
    (rule, index) =>
      index === 0 ||
      (rankOf(rule) === 0 &&
        rule.undo !== undefined &&
        (!rule.text.includes(' -s ') || rule.text.includes(` -s ${source}/32 `))),
  );
}

function droppingRules(
  observation: Observation,
  host: string,
  traffic: OverlayTraffic,
  direction: keyof typeof hooks,
): FirewallRule[] {
  const fitting = rulesAgainst(observation, host, traffic).filter((rule) =>
    rule.hooks.some((hook) => (hooks[direction] as readonly string[]).includes(hook)),
  );
  return fitting.toSorted((one, other) => rankOf(one) - rankOf(other));
}

/** Returns the rules of a host's firewall that drop or reject such packets. */
export function rulesAgainst(
  observation: Observation,
  host: string,
  traffic: OverlayTraffic,
): FirewallRule[] {
  const kernel = valueOf(hostNamed(observation, host)?.kernel);
  const rules = valueOf(kernel?.firewall) ?? [];
  return rules.filter(
    ({ concerns, verdict }) =>
      concerns.includes(traffic) && (verdict === 'drop' || verdict === 'reject'),
  );
}

function rankOf({ isExplicit, packets, isPartial = false }: FirewallRule): number {
  return (isPartial ? 4 : 0) + (isExplicit ? 0 : 2) + (packets === 0 ? 1 : 0);
}

/** The rule of a host's firewall that drops a part of its VXLAN packets, by chance or by a limit. */
export function findPartialRule(
  observation: Observation,
  host: string,
  direction: keyof typeof hooks,
): FirewallRule | undefined {
  return droppingRules(observation, host, 'vxlan', direction).find(
    ({ isPartial = false, packets }) => isPartial && packets !== 0,
  );
}

/** Deletes these rules; without a command for the first, only that one is shown. */
export function undoRules(
  host: string,
  [first, ...others]: [FirewallRule, ...FirewallRule[]],
): Action {
  if (first.undo === undefined || others.length === 0) return undoRule(host, first);
  const all = [first, ...others];
  return {
    kind: 'fix',
    host,
    commands: all.flatMap(({ undo }) => (undo === undefined ? [] : [undo])),
    effect: `Deletes the rules ${all.map(({ text }) => `"${text}"`).join(' and ')} until the firewall reloads. Remove them from the firewall configuration as well.`,
  };
}

/** Takes that rule away. */
export function undoRule(
  host: string,
  { undo, text }: Pick<FirewallRule, 'undo' | 'text'>,
): Action {
  if (undo === undefined) return showRules(host);
  return {
    kind: 'fix',
    host,
    commands: [undo],
    effect: `Deletes the rule "${text}" until the firewall reloads. Remove it from the firewall configuration as well.`,
  };
}

/** Returns the next step for a rule that no nft command can name. */
export function showRules(host: string | undefined): Action {
  return {
    kind: 'next-step',
    host,
    commands: [['nft', '-a', 'list', 'ruleset']],
    effect:
      'Shows all rules. nft accepts no command with the name of this table or chain, so delete the rule with the program that created it.',
  };
}

/** Returns true if a difference is a firewall rule of that host for such packets. */
export function isFirewallOf(one: Difference, host: string, traffic: OverlayTraffic): boolean {
  return (
    one.kind === 'firewall-drops' &&
    one.where.host === host &&
    one.observed.concerns.includes(traffic)
  );
}
