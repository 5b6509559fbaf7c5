import { readFile } from 'node:fs/promises';
import { type Finding, fine, missing } from './host-finding.ts';

/**
 * The kernel limits that engines reach first, with the values that three machines and their containers need. Neighbor
 * entries of all machines and the host count together; engines cannot raise that limit in a network namespace.
 */
const NEEDED: Readonly<Record<string, number>> = {
  'fs.inotify.max_user_instances': 64,
  'fs.inotify.max_user_watches': 4096,
  'kernel.pid_max': 16_384,
  'net.ipv4.neigh.default.gc_thresh3': 256,
  'user.max_net_namespaces': 64,
  'user.max_mnt_namespaces': 64,
};

/** Checks the limits that could be read; some kernels lack some of them. */
export function evaluateLimits(limits: Readonly<Record<string, number>>): Finding {
  const low = Object.entries(NEEDED).filter(([name, needed]) => (limits[name] ?? needed) < needed);
  if (low.length === 0)
    return fine('kernel limits', 'inotify, processes, neighbors, namespaces: sufficient');
  return missing(
    'kernel limits',
    low.map(([name]) => `${name} is ${limits[name]}`).join(', '),
    `sysctl -w ${low.map(([name, needed]) => `${name}=${needed * 8}`).join(' ')}`,
  );
}

export async function examineLimits(): Promise<Finding> {
  const read = await Promise.all(
    Object.keys(NEEDED).map(async (name) => {
      const text = await readFile(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').catch(() => '');
      return text === '' ? [] : [[name, Number(text)] as const];
    }),
  );
  return evaluateLimits(Object.fromEntries(read.flat()));
}
