import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../process/harness-error.ts';
import { done, notYet, waitFor } from '../process/wait-for.ts';
import type { Store } from './store.ts';

/** One cgroup hierarchy as the host has it mounted. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
  /** What `mount -o` needs to mount it again: `cpu,cpuacct`, `none,name=systemd`; empty for version 2. */
  readonly options: string;
}

export interface Limits {
  /** Bytes. */
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
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

/** Makes a machine's cgroup in every hierarchy, with its limits. */
export async function makeCgroups(store: Store, name: string, limits: Limits): Promise<void> {
  const hierarchies = readHierarchies();
  // A hybrid host has both versions; a controller is in one of them.
  const inVersion1 = new Set(hierarchies.flatMap(({ options }) => options.split(',')));
  const left = {
    memory: inVersion1.has('memory') ? undefined : limits.memory,
    cpus: inVersion1.has('cpu') ? undefined : limits.cpus,
  };
  for (const hierarchy of hierarchies) {
    const folder = machineCgroup(hierarchy, store, name);
    await mkdir(folder, { recursive: true });
    await (hierarchy.version === 1
      ? prepareVersion1(hierarchy, folder, limits)
      : prepareVersion2(hierarchy, folder, left));
  }
}

async function prepareVersion1(hierarchy: Hierarchy, folder: string, limits: Limits) {
  const has = new Set(hierarchy.options.split(','));
  if (has.has('cpuset')) {
    // A new cpuset has no CPU and takes no process until its parent's are written into it.
    for (const path of pathDown(hierarchy.mountPoint, folder)) {
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        if ((await readFile(join(path, file), 'utf8')).trim() !== '') continue;
        await writeFile(join(path, file), await readFile(join(path, '..', file), 'utf8'));
      }
    }
  }
  if (has.has('memory') && limits.memory !== undefined) {
    await setLimit(join(folder, 'memory.limit_in_bytes'), String(limits.memory));
    await setLimit(join(folder, 'memory.memsw.limit_in_bytes'), String(limits.memory), true);
  }
  if (has.has('cpu') && limits.cpus !== undefined) {
    await setLimit(join(folder, 'cpu.cfs_period_us'), '100000');
    await setLimit(join(folder, 'cpu.cfs_quota_us'), String(Math.round(limits.cpus * 100_000)));
  }
}

async function prepareVersion2(hierarchy: Hierarchy, folder: string, limits: Limits) {
  const available = await readFile(join(hierarchy.mountPoint, 'cgroup.controllers'), 'utf8');
  const enable = available
    .trim()
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => `+${one}`);
  const above = [hierarchy.mountPoint, ...pathDown(hierarchy.mountPoint, folder).slice(0, -1)];
  for (const path of above) {
    for (const one of enable) {
      await writeFile(join(path, 'cgroup.subtree_control'), one).catch(() => undefined);
    }
  }
  await mkdir(join(folder, 'init'), { recursive: true });
  if (enable.length === 0) return;
  if (limits.memory !== undefined) {
    await setLimit(join(folder, 'memory.max'), String(limits.memory));
    await setLimit(join(folder, 'memory.swap.max'), '0', true);
  }
  if (limits.cpus !== undefined) {
    await setLimit(join(folder, 'cpu.max'), `${Math.round(limits.cpus * 100_000)} 100000`);
  }
}

async function setLimit(file: string, value: string, optional = false): Promise<void> {
  try {
    await writeFile(file, value, { flag: 'r+' });
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new HarnessError({
      tried: `limit ${value} in ${file}`,
      observed: (error as Error).message,
      remedy: 'leave the limit out, or give this host the cgroup controller',
      cause: error,
    });
  }
}

/** Each folder from below `top` down to `bottom`. */
function pathDown(top: string, bottom: string): string[] {
  const names = bottom
    .slice(top.length)
    .split('/')
    .filter((name) => name !== '');
  return names.map((_, i) => join(top, ...names.slice(0, i + 1)));
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
    tried: 'cgroups of this host',
    observed: 'none is mounted',
    remedy: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
  });
}

/** The processes in a cgroup and in all below it; none when it is not there. */
export function readProcesses(folder: string): number[] {
  let own: string;
  let below: string[];
  try {
    own = readFileSync(join(folder, 'cgroup.procs'), 'utf8');
    below = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
  const pids = own
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
  return [...pids, ...below.flatMap((name) => readProcesses(join(folder, name)))];
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
      for (const pid of left) killQuietly(pid);
      return notYet(`${left.size} processes: ${[...left].slice(0, 5).join(', ')}`);
    },
    { limit: 10_000, every: 5 },
  );
}

async function removeTree(folder: string): Promise<void> {
  let below: string[];
  try {
    below = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for (const child of below) await removeTree(child);
  await waitFor(
    `cgroup ${folder} is free`,
    async () => {
      await rmdir(folder);
      return done(undefined);
    },
    { limit: 5000, every: 5 },
  );
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
