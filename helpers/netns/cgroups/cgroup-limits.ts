import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { type Hierarchy, machineCgroup, readHierarchies } from './cgroup.ts';
import { isRootless } from '../../process/rootless.ts';
import type { Store } from '../state/store.ts';

export interface Limits {
  /** In bytes. */
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
}

/** Creates a machine's cgroup in every hierarchy and sets its limits. */
export async function makeCgroups(store: Store, name: string, limits: Limits): Promise<void> {
  if (isRootless() && (limits.cpus ?? limits.memory) !== undefined) {
    throw new HarnessError({
      code: 'cgroup-unavailable',
      tried: `machine ${name}: limit its CPUs`,
      observed: 'only root can create cgroups',
      hint: 'omit the limit, or run this command as root',
    });
  }
  const hierarchies = readHierarchies();
  for (const hierarchy of hierarchies) {
    const folder = machineCgroup(hierarchy, store, name);
    await makeFolder(folder, hierarchy);
    await (hierarchy.version === 1
      ? prepareVersion1(hierarchy, folder, limits)
      : prepareVersion2(hierarchy, folder, limitsOfVersion2(hierarchies, limits)));
  }
}

/**
 * Returns the limits for a hierarchy of version 2. A hybrid host has both versions, with each controller in one of
 * them.
 */
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
    // On a read-only hierarchy, the error of mkdir names only a missing parent.
    const denied = await access(mountPoint, constants.W_OK).catch((why: unknown) => why);
    throw new HarnessError({
      code: 'cgroup-unavailable',
      tried: `create the cgroup ${folder}`,
      observed: firstLine(denied ?? error),
      hint: `make them writable: "mount -o remount,rw ${mountPoint}". In a container, use --privileged`,
      cause: error,
    });
  }
}

async function prepareVersion1(hierarchy: Hierarchy, folder: string, limits: Limits) {
  const has = new Set(hierarchy.options.split(','));
  if (has.has('cpuset')) {
    // A new cpuset has no CPU and accepts no process until it has the values of its parent.
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
    const above = [hierarchy.mountPoint, ...pathDown(hierarchy.mountPoint, folder).slice(0, -1)];
    await requireCpus(above, limits.cpus);
    await setLimit(join(folder, 'cpu.cfs_period_us'), '100000');
    await setLimit(join(folder, 'cpu.cfs_quota_us'), String(Math.round(limits.cpus * 100_000)));
  }
}

/**
 * Throws an error if a cgroup of version 1 above a new one allows fewer CPUs: the kernel rejects the limit ("invalid
 * argument"), for example in a container with its own limit.
 */
export async function requireCpus(above: readonly string[], cpus: number): Promise<void> {
  for (const folder of above) {
    const [quota = Number.NaN, period = Number.NaN] = await Promise.all(
      ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map(async (file) =>
        Number(await readFile(join(folder, file), 'utf8').catch(() => 'absent')),
      ),
    );
    // The top cgroup has no quota, and -1 is none.
    if (!(quota > 0 && quota / period < cpus)) continue;
    throw new HarnessError({
      code: 'cgroup-unavailable',
      tried: `limit a machine to ${cpus} CPUs`,
      observed: `the cgroup ${folder} allows only ${quota / period}`,
      hint: 'reduce the limit, or increase that of this cgroup: it may be the limit of a container or a service',
    });
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
 * Enables all controllers of a version 2 cgroup for its children. In a container, the top cgroup has processes, which
 * prevents this: they move to a leaf first, as in the image docker:dind.
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
      // Some hosts cannot delegate every controller; setting a limit that needs one reports the failure.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') continue;
      await stepDown(folder);
      await writeFile(control, `+${one}`).catch(() => undefined);
    }
  }
}

async function readWords(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split(/\s+/).filter((word) => word !== '');
}

/** Moves the processes of a cgroup to a child. */
async function stepDown(folder: string): Promise<void> {
  const leaf = join(folder, 'overlay-e2e-host');
  await mkdir(leaf, { recursive: true });
  await waitFor(
    `cgroup ${folder}: move of its processes to a child`,
    async () => {
      // 0 is a process of another PID namespace, which cannot be moved from here.
      const pids = (await readWords(join(folder, 'cgroup.procs'))).filter((pid) => pid !== '0');
      if (pids.length === 0) return done(undefined);
      for (const pid of pids)
        await writeFile(join(leaf, 'cgroup.procs'), pid).catch(() => undefined);
      return notYet(`${pids.length} processes remain`);
    },
    {
      limit: 10_000,
      every: 1,
      hint: 'omit limits, or start the container with --cgroupns=host',
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
      hint:
        code === 'EINVAL'
          ? 'increase the limit: the kernel rejects a value this low'
          : 'omit the limit, or enable the cgroup controller on this host',
      cause: error,
    });
  }
}

/** Returns the folders on the path from `top`, excluded, to `bottom`, included. */
function pathDown(top: string, bottom: string): string[] {
  const names = bottom
    .slice(top.length)
    .split('/')
    .filter((name) => name !== '');
  return names.map((_, i) => join(top, ...names.slice(0, i + 1)));
}
