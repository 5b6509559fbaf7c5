import type { KernelFeatures } from '../../model/views/balancing-view.ts';
import { HOST_NAMESPACE, type KernelAccess } from '../kernel/query-kernel.ts';

const MATCHES = '/proc/net/ip_tables_matches';
const BRIDGES = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** Reads which features of a kernel are loaded that load balancing needs in addition to IPVS; undefined where nothing tells. */
export async function readKernelFeatures({
  probe,
  signal,
}: KernelAccess): Promise<KernelFeatures | undefined> {
  try {
    const options = { namespace: HOST_NAMESPACE, signal };
    const [matches, bridges] = await probe.read([MATCHES, BRIDGES], options);
    // A kernel without modules has no such folder, and may have the feature.
    const modules = await probe.list('/sys/module', { signal });
    const isListed = matches !== undefined && 'text' in matches && /^ipvs$/m.test(matches.text);
    return {
      matchesIpvs: isListed || modules.includes('xt_ipvs'),
      filtersBridges: bridges !== undefined && 'text' in bridges,
    };
  } catch {
    // Other tables matter more; without these values nothing is reported.
    return undefined;
  }
}
