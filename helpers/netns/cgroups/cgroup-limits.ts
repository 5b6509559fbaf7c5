import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { type Hierarchy, machineCgroup, readHierarchies } from './cgroup.ts';
import type { Store } from '../state/store.ts';

export interface Limits {
  /** Bytes. */
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
}

/** Makes a machine's cgroup in every hierarchy, with its limits. */
export async function makeCgroups(store: Store, name: string, limits: Limits): Promise<void> {
  const hierarchies = readHierarchies();
  for (const hierarchy of hierarchies) {
    const folder = machineCgroup(hierarchy, store, name);
    await makeFolder(folder, hierarchy);
    await (hierarchy.version === 1
      ? prepareVersion1(hierarchy, folder, limits)
      : prepareVersion2(hierarchy, folder, limitsOfVersion2(hierarchies, limits)));
  }
}

/** A hybrid host has both versions; a controller is in one of them. */
export function limitsOfVersion2(hierarchies: readonly Hierarchy[], limits: Limits): Limits {
  const inVersion1 = new Set(hierarchies.flatMap(({ options }) => options.split(',')));
  return {
    memory: inVersion1.has('memory') ? undefined : limits.memory,
    cpus: inVersion1.has('cpu') ? undefined : limits.cpus,
  };
}

async function makeFolder(folder: string, { mountPoint }: Hierarchy): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // Where it cannot be written, mkdir says only that there is no parent.
    const denied = await access(mountPoint, constants.W_OK).catch((why: unknown) => why);
    throw new HarnessError({
      code: 'cgroup-unavailable',
      tried: `make the cgroup ${folder}`,
      observed: firstLine(denied ?? error),
      remedy: `make them writable: "mount -o remount,rw ${mountPoint}". In a container, use --privileged`,
      cause: error,
    });
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
  const above = [hierarchy.mountPoint, ...pathDown(hierarchy.mountPoint, folder).slice(0, -1)];
  for (const path of above) await handControllersDown(path);
  await mkdir(join(folder, 'init'), { recursive: true });
  if (limits.memory !== undefined) {
    await setLimit(join(folder, 'memory.max'), String(limits.memory));
    await setLimit(join(folder, 'memory.swap.max'), '0', true);
  }
  if (limits.cpus !== undefined) {
    await setLimit(join(folder, 'cpu.max'), `${Math.round(limits.cpus * 100_000)} 100000`);
  }
}

/**
 * Gives all controllers that a cgroup of version 2 has to those below it. In a container the top one has processes of
 * its own, and may not: they step down into a leaf first, as the image docker:dind has them do.
 */
async function handControllersDown(folder: string): Promise<void> {
  const control = join(folder, 'cgroup.subtree_control');
  const given = await readWords(join(folder, 'cgroup.subtree_control'));
  for (const one of (await readWords(join(folder, 'cgroup.controllers'))).filter(
    (name) => !given.includes(name),
  )) {
    try {
      await writeFile(control, `+${one}`);
    } catch (error) {
      // Some controllers cannot be given on everywhere; a limit that needs one says so when it is set.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') continue;
      await stepDown(folder);
      await writeFile(control, `+${one}`).catch(() => undefined);
    }
  }
}

async function readWords(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split(/\s+/).filter((word) => word !== '');
}

/** Moves the processes of a cgroup into one below it. */
async function stepDown(folder: string): Promise<void> {
  const leaf = join(folder, 'overlay-e2e-host');
  await mkdir(leaf, { recursive: true });
  await waitFor(
    `processes of the cgroup ${folder} step down`,
    async () => {
      // 0 is a process of another PID namespace, which cannot be moved from here.
      const pids = (await readWords(join(folder, 'cgroup.procs'))).filter((pid) => pid !== '0');
      if (pids.length === 0) return done(undefined);
      for (const pid of pids)
        await writeFile(join(leaf, 'cgroup.procs'), pid).catch(() => undefined);
      return notYet(`${pids.length} are there`);
    },
    {
      limit: 10_000,
      every: 1,
      remedy: 'leave limits out, or start the container with --cgroupns=host',
    },
  );
}

async function setLimit(file: string, value: string, optional = false): Promise<void> {
  try {
    await writeFile(file, value, { flag: 'r+' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (optional && code === 'ENOENT') return;
    throw new HarnessError({
      code: 'cgroup-unavailable',
      tried: `limit ${value} in ${file}`,
      observed: firstLine(error),
      remedy:
        code === 'EINVAL'
          ? 'the kernel takes no limit so low: ask for more'
          : 'leave the limit out, or give this host the cgroup controller',
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
