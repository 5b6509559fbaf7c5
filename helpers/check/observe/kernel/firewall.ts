import type { FirewallRule } from '../../model/views/kernel-view.ts';
import { type KernelAccess, query, HOST_NAMESPACE } from './query-kernel.ts';
import { readIptables } from './iptables-rules.ts';
import { readNftables } from './nftables-rules.ts';

/**
 * Reads the firewall rules of the host that drop, reject or rewrite overlay traffic, or may do so. There are three sources;
 * iptables-nft keeps its rules in nftables, where nft shows them without their meaning.
 *
 * @param vxlanPort the data path port of the cluster, from a device on the host; 4789 when absent
 * @param own addresses from which the host sends VXLAN packets, and at which it receives them
 */
export async function readFirewall(
  access: KernelAccess,
  own: readonly string[],
  vxlanPort?: number,
): Promise<FirewallRule[]> {
  const [legacy, newer, ruleset] = await Promise.all([
    query(access, HOST_NAMESPACE, ['iptables-legacy-save', '-c'], (output) => output),
    query(access, HOST_NAMESPACE, ['iptables-nft-save', '-c'], (output) => output),
    query(access, HOST_NAMESPACE, ['nft', '-j', 'list', 'ruleset'], (output) => output),
  ]);
  const shown = [...newer.matchAll(/^\*(\w+)$/gm)].map(([, table = '']) => `ip ${table}`);
  return [
    ...readIptables('iptables-legacy', legacy, own, vxlanPort),
    ...readIptables('iptables-nft', newer, own, vxlanPort),
    ...readNftables(ruleset, own, shown, vxlanPort),
  ];
}
