import type { FirewallRule } from '../../model/kernel-view.ts';
import { type Asker, ask, HOST_NAMESPACE } from './ask.ts';
import { readIptables } from './iptables-rules.ts';
import { readNftables } from './nftables-rules.ts';

/**
 * The rules of the host that drop, reject or rewrite what overlays need, or may do so. There are three places where they
 * can be; iptables' newer half keeps its rules in nftables, where nft shows them without what they say.
 *
 * @param vxlanPort the data path port of the cluster, as a device on the host has it; 4789 when absent
 * @param own addresses from which the host sends what is an overlay's, and at which it gets it
 */
export async function readFirewall(
  asker: Asker,
  own: readonly string[],
  vxlanPort?: number,
): Promise<FirewallRule[]> {
  const [legacy, newer, ruleset] = await Promise.all([
    ask(asker, HOST_NAMESPACE, ['iptables-legacy-save', '-c'], (output) => output),
    ask(asker, HOST_NAMESPACE, ['iptables-nft-save', '-c'], (output) => output),
    ask(asker, HOST_NAMESPACE, ['nft', '-j', 'list', 'ruleset'], (output) => output),
  ]);
  const shown = [...newer.matchAll(/^\*(\w+)$/gm)].map(([, table = '']) => `ip ${table}`);
  return [
    ...readIptables('iptables-legacy', legacy, own, vxlanPort),
    ...readIptables('iptables-nft', newer, own, vxlanPort),
    ...readNftables(ruleset, own, shown, vxlanPort),
  ];
}
