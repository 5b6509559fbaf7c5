import type { Command } from '../../model/command.ts';
import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { FirewallRule, OverlayTraffic } from '../../model/kernel-view.ts';
import { whatWasSeen } from '../../model/observed.ts';
import { isApplicationCut } from '../consequences.ts';

/** From one host to another. */
export interface Direction {
  readonly host: string;
  readonly peer: string;
}

/** The direction that a difference lies in. */
export function directionOf({ where }: Difference): Direction | undefined {
  const { host, peer } = where;
  return host === undefined || peer === undefined ? undefined : { host, peer };
}

/** Whether it lies between these hosts, in this direction. */
export function goesFrom({ where }: Difference, { host, peer }: Direction): boolean {
  return where.host === host && where.peer === peer;
}

/** The address under which the others know that host; its name, if nobody says. */
export function addressOf(observation: Observation, host: string): string {
  return hostNamed(observation, host)?.address ?? host;
}

/** What the application does that has containers on both hosts, when one does not reach the other. */
function cutsApplication(
  difference: Difference,
  observation: Observation,
  { host, peer }: Direction,
): boolean {
  return (
    isApplicationCut(difference, observation, host) &&
    isApplicationCut(difference, observation, peer)
  );
}

/**
 * What follows from packets that do not get through on these ways: what is dead there, and what the application does that
 * has containers on both sides. What proves the cause itself is none of it.
 */
export function cutOnWays(
  ways: readonly Direction[],
  evidence: readonly Difference[],
  open: readonly Difference[],
  observation: Observation,
  isDead: (one: Difference, way: Direction) => boolean,
): Difference[] {
  return open.filter(
    (one) =>
      !evidence.includes(one) &&
      ways.some((way) => isDead(one, way) || cutsApplication(one, observation, way)),
  );
}

/** Where a firewall meets what comes to its host, and what goes out. */
const hooks = {
  in: ['ingress', 'prerouting', 'input'],
  out: ['output', 'postrouting'],
} as const;

/** The rule of a host's firewall that drops such packets; one that names them, and has met some, before any other. */
export function findDroppingRule(
  observation: Observation,
  host: string,
  traffic: OverlayTraffic,
  way: keyof typeof hooks,
): FirewallRule | undefined {
  const kernel = whatWasSeen(hostNamed(observation, host)?.kernel);
  const rules = whatWasSeen(kernel?.firewall) ?? [];
  const fitting = rules.filter(
    (rule) =>
      rule.concerns.includes(traffic) &&
      (rule.verdict === 'drop' || rule.verdict === 'reject') &&
      rule.hooks.some((hook) => (hooks[way] as readonly string[]).includes(hook)),
  );
  const [first] = fitting.toSorted((one, other) => rankOf(one) - rankOf(other));
  return first;
}

function rankOf({ isExplicit, packets }: FirewallRule): number {
  return (isExplicit ? 0 : 2) + (packets === 0 ? 1 : 0);
}

/** Takes that rule away. */
export function undoRule(
  host: string,
  { undo, text }: Pick<FirewallRule, 'undo' | 'text'>,
): Remedy {
  if (undo === undefined) return showRules(host);
  return {
    kind: 'fix',
    host,
    commands: [undo],
    effect: `Deletes the rule "${text}" until the firewall reloads. Remove it from the firewall configuration as well.`,
  };
}

/** Returns the next step for a rule that no nft command can name. */
export function showRules(host: string | undefined): Remedy {
  return {
    kind: 'next-step',
    host,
    commands: [['nft', '-a', 'list', 'ruleset']],
    effect:
      'Shows all rules. nft accepts no command with the name of this table or chain, so delete the rule with the program that created it.',
  };
}

/** Lets in what comes from that address to a port, before any other rule. */
export function letIn(address: string, protocol: 'udp' | 'tcp', port: number): Command {
  const match = ['-s', address, '-p', protocol, '--dport', `${port}`];
  return ['iptables', '-I', 'INPUT', ...match, '-j', 'ACCEPT'];
}

/** What firewalls are known to do on that host to such packets. */
export function isFirewallOf(
  { kind, where, observed }: Difference,
  host: string,
  traffic: OverlayTraffic,
): boolean {
  if (kind !== 'firewall-drops' || where.host !== host) return false;
  const concerns = fieldOf(observed, 'concerns');
  return Array.isArray(concerns) && concerns.includes(traffic);
}

/** A value of what was observed, or expected. */
export function fieldOf(value: Difference['observed'], field: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
}

/** The same, of what is a word. */
export function wordOf(value: Difference['observed'], field: string): string {
  const found = fieldOf(value, field);
  return typeof found === 'string' ? found : '';
}
