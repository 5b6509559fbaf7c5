import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import type { Store } from '../state/store.ts';

/** One cgroup hierarchy as the host has it mounted. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
  /** What `mount -o` needs to mount it again: `cpu,cpuacct`, `none,name=systemd`; empty for version 2. */
  readonly options: string;
}

const controllers =
  /^(?:cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|hugetlb|perf_event|net_cls|net_prio|rdma|misc|name=.+)$/;

/** All hierarchies, version 1 and 2, that this host has. */
export function readHierarchies(): Hierarchy[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return lines.flatMap((line): Hierarchy[] => {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4] ?? '';
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ mountPoint, version: 2, options: '' }];
    if (type !== 'cgroup') return [];
    const own = options.split(',').filter((option) => controllers.test(option));
    const named = own.some((option) => option.startsWith('name='));
    return [{ mountPoint, version: 1, options: [...(named ? ['none'] : []), ...own].join(',') }];
  });
}

/** The cgroup that holds all of a store's machines, below a hierarchy's mount point. */
export function storeCgroup(hierarchy: Hierarchy, store: Store): string {
  return join(hierarchy.mountPoint, 'overlay-e2e', store.id);
}

export function machineCgroup(hierarchy: Hierarchy, store: Store, name: string): string {
  return join(storeCgroup(hierarchy, store), name);
}

/** The hierarchy in which one looks for a machine's processes: the one that every process of it is in. */
export function mainHierarchy(): Hierarchy {
  const all = readHierarchies();
  const main =
    all.find(({ options }) => options === 'pids') ??
    all.find(({ version }) => version === 2) ??
    all.find(({ options }) => !options.startsWith('none')) ??
    all[0];
  if (main !== undefined) return main;
  throw new HarnessError({
    code: 'cgroup-unavailable',
    tried: 'cgroups of this host',
    observed: 'not mounted',
    remedy: 'mount them: "mount -t cgroup2 cgroup2 /sys/fs/cgroup"',
  });
}

/** The processes in a cgroup and in all below it; none when it is not there. */
export function readProcesses(folder: string): number[] {
  let own: string;
  try {
    own = readFileSync(join(folder, 'cgroup.procs'), 'utf8');
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
  const pids = own
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
  return [...pids, ...listBelow(folder).flatMap(readProcesses)];
}

/** Kills whatever is left in a machine's cgroups, and removes them from all hierarchies. */
export async function removeCgroups(store: Store, name: string): Promise<void> {
  const folders = readHierarchies().map((hierarchy) => machineCgroup(hierarchy, store, name));
  await emptyCgroups(folders);
  for (const folder of folders) await removeTree(folder);
}

/** Removes the store's own cgroups, when no machine has one any more. */
export async function removeStoreCgroups(store: Store): Promise<void> {
  for (const hierarchy of readHierarchies()) {
    for (const folder of [
      storeCgroup(hierarchy, store),
      join(hierarchy.mountPoint, 'overlay-e2e'),
    ]) {
      await rmdir(folder).catch(() => undefined);
    }
  }
}

async function emptyCgroups(folders: readonly string[]): Promise<void> {
  await waitFor(
    'processes of the machine are gone',
    async () => {
      const left = new Set(folders.flatMap(readProcesses));
      if (left.size === 0) return done(undefined);
      // The kernel says 0 of a process in a PID namespace that cannot be seen from here: to kill that would be to kill
      // this process's own group.
      for (const pid of left) if (pid > 1) killQuietly(pid);
      for (const folder of folders) thaw(folder);
      return left.has(0)
        ? notYet('a process of another PID namespace; end it there, or run this on its host')
        : notYet(`${left.size} processes: ${[...left].slice(0, 5).join(', ')}`);
    },
    { limit: 60_000, every: 5 },
  );
}

/** What `docker pause` has frozen, with a freezer of version 1, does not even die. */
function thaw(folder: string): void {
  try {
    writeFileSync(join(folder, 'freezer.state'), 'THAWED', { flag: 'r+' });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  for (const below of listBelow(folder)) thaw(below);
}

async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const below of listBelow(folder)) await removeTree(below);
  await waitFor(
    `cgroup ${folder} is free`,
    async () => {
      await rmdir(folder).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
      return done(undefined);
    },
    { limit: 60_000, every: 5 },
  );
}

/** The cgroups right below one; none when it is gone. */
function listBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
