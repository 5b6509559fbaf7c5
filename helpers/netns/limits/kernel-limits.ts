import type { HarnessErrorParts } from '../../process/errors/harness-error.ts';

/** The machines and containers that share a kernel. */
export interface Crowd {
  readonly machines: number;
  readonly containers: number;
}

/** The limits that a crowd reaches: settings of the kernel, this process's open files, and memory in MiB. */
export const limitNames = [
  'net.ipv4.neigh.default.gc_thresh3',
  'net.netfilter.nf_conntrack_max',
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'kernel.pid_max',
  'kernel.threads-max',
  'fs.file-max',
  'open files',
  'memory',
] as const;
export type LimitName = (typeof limitNames)[number];

/** A limit, and what of it is in use before the machines exist. Undefined if this kernel does not show it. */
export interface Limit {
  readonly value: number;
  readonly used: number;
}
export type Limits = Readonly<Partial<Record<LimitName, Limit>>>;

/** The capacity of a kernel whose neighbor table cannot be read: Linux's default. */
const USUAL_NEIGHBORS = 1024;

/**
 * Returns true if the machines need permanent neighbor entries for each other: without them, each machine has an entry
 * for each other one, and the table that all share would be full. Linux does not count permanent entries since 5.0.
 */
export function needsFixedNeighbors({ machines }: Crowd, limits: Limits): boolean {
  const room = limits['net.ipv4.neigh.default.gc_thresh3']?.value ?? USUAL_NEIGHBORS;
  // One half is for containers, whose entries the kernel makes.
  return machines * (machines - 1) > room / 2;
}

/**
 * Returns the number of each that a crowd needs. Measured with 8 to 48 engines 20.10.5 and 26.1.5, and rounded up: an
 * engine with containerd has 20 threads, 60 files and 58 MiB that it shares with no other engine, a container 11 threads, 40 files and 6 MiB.
 */
export function needsOf(crowd: Crowd, limits: Limits): Readonly<Record<LimitName, number>> {
  const { machines, containers } = crowd;
  const threads = machines * 40 + containers * 16;
  const perMachine = Math.ceil(containers / Math.max(1, machines));
  const neighbors = needsFixedNeighbors(crowd, limits) ? machines : machines * machines;
  return {
    'net.ipv4.neigh.default.gc_thresh3': neighbors + machines + containers * 4,
    // Each network namespace counts for itself.
    'net.netfilter.nf_conntrack_max': machines * 16 + perMachine * 64,
    // containerd watches the memory of each container.
    'fs.inotify.max_user_instances': containers + machines,
    'fs.inotify.max_user_watches': (containers + machines) * 4,
    'kernel.pid_max': threads,
    'kernel.threads-max': threads,
    'fs.file-max': machines * 160 + containers * 60,
    // Connections of this process to engines, and pipes of the commands that create machines.
    'open files': machines * 16 + 256,
    memory: machines * 64 + containers * 8 + 128,
  };
}

/** A limit that is too low for a crowd. */
export interface Excess {
  readonly name: LimitName;
  readonly limit: Limit;
  readonly needed: number;
}

/** Finds the limits that are too low. Limits that this kernel does not show are not compared. */
export function findExcesses(crowd: Crowd, limits: Limits): Excess[] {
  const needs = needsOf(crowd, limits);
  return limitNames.flatMap((name) => {
    const limit = limits[name];
    if (limit === undefined || needs[name] <= limit.value - limit.used) return [];
    return [{ name, limit, needed: needs[name] }];
  });
}

/** Returns true for a setting of the kernel, which root can change. */
export function isRaisable({ name }: Pick<Excess, 'name'>): boolean {
  return name.includes('.');
}

/** Returns the value that leaves room for a crowd twice as large. */
export function raisedValue({ limit, needed }: Excess): number {
  return limit.used + needed * 2;
}

/** Returns the parts of the error about limits that are too low, as one line. */
export function explainExcesses(
  tried: string,
  crowd: Crowd,
  excesses: readonly Excess[],
  limits: Limits,
): HarnessErrorParts {
  const { machines, containers } = crowd;
  const raisable = excesses.every(isRaisable);
  const lines = excesses.filter(isRaisable).map((one) => `${one.name}=${raisedValue(one)}`);
  return {
    code: 'limit-too-low',
    tried,
    observed: `${machines} machines with ${containers} containers on one kernel exceed ${excesses.map(describeExcess).join(', and ')}`,
    hint: raisable
      ? `run it with --raise-limits, or raise them yourself: sysctl -w ${lines.join(' ')}`
      : `name fewer hosts (this computer has room for ${largestCrowd(crowd, limits)} such machines), or end programs that use them`,
  };
}

function describeExcess({ name, limit, needed }: Excess): string {
  if (name === 'memory') {
    return `the memory: they need ${needed} MiB, and ${limit.value - limit.used} MiB are available`;
  }
  if (name === 'open files') {
    return `the open files of this process: it needs ${needed}, and its limit (ulimit -n) is ${limit.value}`;
  }
  const used = limit.used === 0 ? '' : `, of which ${limit.used} are in use`;
  return `${name}: they need ${needed}, and it is ${limit.value}${used}`;
}

/** Returns the largest number of machines, with as many containers each, that the memory and the open files allow. */
function largestCrowd({ machines, containers }: Crowd, limits: Limits): number {
  const fits = (count: number) =>
    findExcesses(
      { machines: count, containers: Math.ceil((containers / machines) * count) },
      limits,
    ).every(isRaisable);
  let count = machines;
  while (count > 0 && !fits(count)) count -= 1;
  return count;
}
