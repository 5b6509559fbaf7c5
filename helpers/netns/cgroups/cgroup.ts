import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { isRootless } from '../../process/rootless.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { readNamespaceProcesses } from './namespace-processes.ts';
import { machineNamespace, namespaceFile } from '../state/names.ts';
import type { Store } from '../state/store.ts';

/** A cgroup hierarchy that the host has mounted. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
  /** The options for `mount -o` to mount it again: `cpu,cpuacct`, `none,name=systemd`; empty for version 2. */
  readonly options: string;
}

const controllers =
  /^(?:cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|hugetlb|perf_event|net_cls|net_prio|rdma|misc|name=.+)$/;

/** Returns all cgroup hierarchies of this host, of versions 1 and 2; none without root, since only root can write there. */
export function readHierarchies(): Hierarchy[] {
  if (isRootless()) return [];
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

/** Returns the cgroup, in one hierarchy, that contains all machines of a state directory. */
export function storeCgroup(hierarchy: Hierarchy, store: Store): string {
  return join(hierarchy.mountPoint, 'overlay-e2e', store.id);
}

export function machineCgroup(hierarchy: Hierarchy, store: Store, name: string): string {
  return join(storeCgroup(hierarchy, store), name);
}

let main: Hierarchy | undefined;

/** Returns the hierarchy that every process of a machine belongs to. Waits read it many times in a second. */
export function mainHierarchy(): Hierarchy {
  main ??= findMainHierarchy();
  return main;
}

function findMainHierarchy(): Hierarchy {
  const all = readHierarchies();
  const found =
    all.find(({ options }) => options === 'pids') ??
    all.find(({ version }) => version === 2) ??
    all.find(({ options }) => !options.startsWith('none')) ??
    all[0];
  if (found !== undefined) return found;
  throw new HarnessError({
    code: 'cgroup-unavailable',
    tried: 'cgroups of this host',
    observed: 'no hierarchy is mounted',
    hint: 'mount them: "mount -t cgroup2 cgroup2 /sys/fs/cgroup"',
  });
}

/**
 * Throws if the processes of a machine could not be found: a machine could be started, but neither found nor stopped.
 * Without root, its network namespace identifies them.
 */
export function requireProcesses(): void {
  if (!isRootless()) mainHierarchy();
}

/** Returns the processes of a machine, or of the egress. */
export function readMachineProcesses(store: Store, name: string): number[] {
  if (isRootless()) return readNamespaceProcesses(namespaceFile(machineNamespace(store, name)));
  return readProcesses(machineCgroup(mainHierarchy(), store, name));
}

/** Returns the processes in a cgroup and in all cgroups below it; none if the cgroup does not exist. */
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

/** Kills the remaining processes in a machine's cgroups, and removes the cgroups from all hierarchies. */
export async function removeCgroups(store: Store, name: string): Promise<void> {
  const folders = readHierarchies().map((hierarchy) => machineCgroup(hierarchy, store, name));
  const read = isRootless()
    ? () => readMachineProcesses(store, name)
    : () => folders.flatMap(readProcesses);
  await endProcesses(read, folders);
  for (const folder of folders) await removeTree(folder);
}

/** Removes the cgroups of a state directory, if no machine has one. */
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

async function endProcesses(read: () => number[], folders: readonly string[]): Promise<void> {
  await waitFor(
    'end of all processes of the machine',
    async () => {
      const left = new Set(read());
      if (left.size === 0) return done(undefined);
      // The kernel reports PID 0 for a process in an invisible PID namespace; killing 0 would kill this process's own
      // group.
      for (const pid of left) if (pid > 1) killQuietly(pid);
      for (const folder of folders) thaw(folder);
      return left.has(0)
        ? notYet(
            'a process of another PID namespace remains; end it there, or run this command on its host',
          )
        : notYet(`${left.size} processes: ${[...left].slice(0, 5).join(', ')}`);
    },
    { limit: 60_000, every: 5 },
  );
}

/** Thaws a version 1 freezer: a process that `docker pause` has frozen does not die. */
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
    `removal of the cgroup ${folder}`,
    async () => {
      await rmdir(folder).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
      return done(undefined);
    },
    { limit: 60_000, every: 5 },
  );
}

/** Returns the direct children of a cgroup; none if it does not exist. */
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
