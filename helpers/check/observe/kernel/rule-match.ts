import { BlockList } from 'node:net';
import { z } from 'zod';
import type { OverlayTraffic } from '../../model/views/kernel-view.ts';

/** The hooks at which packets of a host enter a chain. */
export const hookSchema = z.enum([
  'ingress',
  'prerouting',
  'input',
  'forward',
  'output',
  'postrouting',
]);
export type Hook = z.infer<typeof hookSchema>;

/** The packets that a rule matches, as far as it restricts them. */
export interface RuleMatch {
  /** `udp`, `tcp`, another one, or any. */
  readonly protocol: string | undefined;
  /** The ranges of destination ports; any port when absent. */
  readonly ports: readonly (readonly [number, number])[] | undefined;
}

const otherTraffic: readonly (readonly [OverlayTraffic, protocol: string, port: number])[] = [
  ['gossip', 'udp', 7946],
  ['gossip', 'tcp', 7946],
  ['management', 'tcp', 2377],
];

/**
 * Returns the traffic that a rule with this match applies to. A host does not forward its own traffic; a rule for
 * packets that it forwards may apply to ports of containers, if it names ports.
 */
export function trafficOf(
  match: RuleMatch,
  hooks: readonly Hook[],
  vxlanPort: number,
): OverlayTraffic[] {
  const own = hooks.every((hook) => hook === 'forward') ? [] : ownTrafficOf(match, vxlanPort);
  const isIncoming = hooks.some((hook) => hook !== 'output' && hook !== 'postrouting');
  const mayBePublished = isIncoming && match.protocol === 'tcp' && match.ports !== undefined;
  return mayBePublished ? [...own, 'published'] : own;
}

/** Returns true if a rule may concern overlays, or has matched packets to ports that it names: firewalls have many others. */
export function isOfInterest(
  concerns: readonly OverlayTraffic[],
  packets: number | undefined,
): boolean {
  return concerns.some((what) => what !== 'published' || packets !== 0);
}

function ownTrafficOf({ protocol, ports }: RuleMatch, vxlanPort: number): OverlayTraffic[] {
  const traffic = [['vxlan', 'udp', vxlanPort] as const, ...otherTraffic];
  const met = traffic.filter(
    ([, itsProtocol, port]) =>
      (protocol === undefined || protocol === itsProtocol) &&
      (ports === undefined || ports.some(([first, last]) => first <= port && port <= last)),
  );
  // A general rule that drops ESP drops VXLAN, too.
  if (ports === undefined && (protocol === 'esp' || protocol === '50')) return ['esp'];
  return [...new Set(met.map(([what]) => what))];
}

/**
 * The hooks through which packets reach each chain: its own, or those of the chains that lead to it. Each jump is followed
 * once per hook, however large the firewall is.
 *
 * @param ownHooks by the chain's key
 * @param jumps from one chain to another, by their keys
 */
export function findHooks(
  ownHooks: ReadonlyMap<string, Hook>,
  jumps: Iterable<{ readonly from: string; readonly to: string }>,
): ReadonlyMap<string, readonly Hook[]> {
  const targets = Map.groupBy(jumps, ({ from }) => from);
  const chainsOf = new Map<Hook, Set<string>>();
  for (const [chain, hook] of ownHooks) {
    chainsOf.set(hook, (chainsOf.get(hook) ?? new Set()).add(chain));
  }
  const found = new Map<string, Hook[]>();
  for (const [hook, reached] of chainsOf) {
    // A set grows while it is walked, and each chain is walked once.
    for (const chain of reached) {
      found.set(chain, [...(found.get(chain) ?? []), hook]);
      for (const { to } of targets.get(chain) ?? []) reached.add(to);
    }
  }
  return found;
}

/** Returns true if an IPv4 address is in a range: `10.0.9.0/24`. */
export function isWithin(address: string, range: string): boolean {
  const [first = '', length = '32'] = range.split('/');
  const list = new BlockList();
  try {
    list.addSubnet(first, Number(length));
    return list.check(address);
  } catch {
    return false;
  }
}
