import { textOf } from '../../probe/probe.ts';
import type { NeighborTable } from '../../model/views/kernel-view.ts';
import { type KernelAccess, query, HOST_NAMESPACE } from './query-kernel.ts';
import { readNeighborTable } from './ip-answers.ts';

const BOOT = '/proc/sys/kernel/random/boot_id';

/** There only in a kernel's first network namespace. */
const LIMIT = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';

/** Reads the neighbor table statistics of the host's kernel; undefined if unavailable. */
export async function queryNeighborTable(access: KernelAccess): Promise<NeighborTable | undefined> {
  const { probe, signal } = access;
  const argv = ['ip', '-s', '-j', 'ntable', 'show', 'name', 'arp_cache'] as const;
  try {
    const [table, [boot, limit]] = await Promise.all([
      query(access, HOST_NAMESPACE, argv, readNeighborTable),
      probe.read([BOOT, LIMIT], { namespace: HOST_NAMESPACE, signal }),
    ]);
    return table && { ...table, boot: textOf(boot).trim(), isSettable: textOf(limit) !== '' };
  } catch {
    // Missing statistics are no finding; the other tables matter.
    return undefined;
  }
}
