import type { DockerFirewall } from '../../model/views/host-state.ts';
import type { FirewallRule } from '../../model/views/kernel-view.ts';
import { type KernelAccess, query, HOST_NAMESPACE } from './query-kernel.ts';
import { readDockerRules } from './docker-rules.ts';
import { writesRules } from './engine-options.ts';
import { readIptables } from './iptables-rules.ts';
import { readNftables } from './nftables-rules.ts';

/** The firewall of a host, as far as it concerns overlays. */
export interface Firewall {
  /** Rules that drop, reject or rewrite overlay traffic, or may do so. */
  readonly rules: FirewallRule[];
  /** The engine's own rules. */
  readonly docker: DockerFirewall;
}

/** The rules of the host, as both backends of iptables save them. */
export interface SavedRules {
  readonly legacy: string;
  readonly newer: string;
}

/** Has both backends of iptables print the rules of the host, with counters. */
export async function saveRules(access: KernelAccess): Promise<SavedRules> {
  const [legacy, newer] = await Promise.all([
    query(access, HOST_NAMESPACE, ['iptables-legacy-save', '-c'], (output) => output),
    query(access, HOST_NAMESPACE, ['iptables-nft-save', '-c'], (output) => output),
  ]);
  return { legacy, newer };
}

/**
 * Reads the firewall rules of the host that concern overlay traffic, and the engine's own. There are three sources;
 * iptables-nft keeps its rules in nftables, where nft shows them without their meaning.
 *
 * @param vxlanPort the data path port of the cluster, from a device on the host; 4789 when absent
 * @param own addresses from which the host sends VXLAN packets, and at which it receives them
 */
export async function readFirewall(
  access: KernelAccess,
  own: readonly string[],
  vxlanPort?: number,
  saved: Promise<SavedRules> = saveRules(access),
): Promise<Firewall> {
  const [{ legacy, newer }, ruleset] = await Promise.all([
    saved,
    query(access, HOST_NAMESPACE, ['nft', '-j', 'list', 'ruleset'], (output) => output),
  ]);
  const shown = [...newer.matchAll(/^\*(\w+)$/gm)].map(([, table = '']) => `ip ${table}`);
  const backends = [
    readDockerRules('iptables-legacy', legacy),
    readDockerRules('iptables-nft', newer),
  ];
  const isBare = backends.every(({ chains }) => chains.length === 0);
  return {
    rules: [
      ...readIptables('iptables-legacy', legacy, own, vxlanPort),
      ...readIptables('iptables-nft', newer, own, vxlanPort),
      ...readNftables(ruleset, own, shown, vxlanPort),
    ],
    docker: {
      backends,
      usesNftables: ruleset.includes('"docker-bridges"'),
      isUnmanaged: isBare && !(await writesRules(access)),
    },
  };
}
