import { BlockList } from 'node:net';
import { z } from 'zod';
import type { OverlayTraffic } from '../kernel.ts';

/** Where packets of a host meet a chain. */
export const hookSchema = z.enum(['ingress', 'prerouting', 'input', 'output', 'postrouting']);
export type Hook = z.infer<typeof hookSchema>;

/** Which packets a rule meets, as far as it says. */
export interface RuleMatch {
  /** `udp`, `tcp`, another one, or any. */
  readonly protocol: string | undefined;
  /** Of the destination, from and to; any when absent. */
  readonly ports: readonly (readonly [number, number])[] | undefined;
}

const traffic: readonly (readonly [OverlayTraffic, protocol: string, port: number])[] = [
  ['vxlan', 'udp', 4789],
  ['gossip', 'udp', 7946],
  ['gossip', 'tcp', 7946],
  ['management', 'tcp', 2377],
];

/** What of an overlay a rule with this match meets. */
export function trafficOf({ protocol, ports }: RuleMatch): OverlayTraffic[] {
  const met = traffic.filter(
    ([, itsProtocol, port]) =>
      (protocol === undefined || protocol === itsProtocol) &&
      (ports === undefined || ports.some(([first, last]) => first <= port && port <= last)),
  );
  return [...new Set(met.map(([what]) => what))];
}

/**
 * By which hooks packets come to a chain: its own, or those of the chains that lead to it.
 *
 * @param jumps from one chain to another
 */
export function hooksOf(
  chain: string,
  ownHooks: ReadonlyMap<string, Hook>,
  jumps: readonly { readonly from: string; readonly to: string }[],
): Hook[] {
  const reached = new Set([chain]);
  // A set grows while it is walked, and each is walked once.
  for (const one of reached) {
    for (const { from, to } of jumps) if (to === one) reached.add(from);
  }
  return [...new Set([...reached].flatMap((one) => ownHooks.get(one) ?? []))];
}

/** Whether an IPv4 address lies in a range: `10.0.9.0/24`. */
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
