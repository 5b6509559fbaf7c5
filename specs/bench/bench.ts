import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, release, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { loadSetUp } from '../../helpers/topology/bring-up/set-up-record.ts';
import type { Stage } from '../../helpers/topology/topology.ts';
import { crowdContainers, crowdHosts, bringUpLargeCluster } from './crowd.ts';
import { type Lap, Laps, readPrintedLaps, readStages, round } from './laps.ts';
import { omitUndefined } from '../../helpers/process/omit-undefined.ts';

/**
 * The measurements: `up` with its stages and tear-down, machines, the specs of the seed topology, and `check` on the
 * seed and on a large cluster.
 */
export const groups = ['up', 'machines', 'e2e', 'check'] as const;

export interface BenchOptions {
  readonly runs: number;
  readonly until: Stage;
  readonly only: readonly (typeof groups)[number][];
  /** A script like `floor.sh`: `up` prints one timing a line, `down` tears its set-up down. */
  readonly compare?: string;
}

export interface BenchResult {
  readonly runs: number;
  readonly until: Stage;
  readonly system: { cpus: number; memoryGiB: number; kernel: string; node: string };
  /** In seconds. */
  readonly laps: Record<string, Lap>;
  /** Medians divided by the median of the script's `up`, if a script was given. */
  readonly ofCompared?: Record<string, number>;
}

const root = join(import.meta.dirname, '../..');
const overlay = join(root, 'helpers/cli/overlay-e2e.sh');
const netnsMachine = join(root, 'helpers/cli/netns-machine.sh');

/** The number of machines in the state directory for measurements of netns-machine. */
const crowd = 10;

/** Runs all measurements `runs` times in a separate state directory, one after the other, and returns the times. */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { runs, until, only, compare } = options;
  using watch = new InterruptionWatch();
  const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-bench-'));
  const store = join(folder, 'store');
  const run = runner(watch, {
    MACHINE_STORAGE_PATH: store,
    OVERLAY_E2E_REPORTS: join(folder, 'reports'),
    E2E_PROVIDER: 'netns',
  });
  const laps = new Laps();
  try {
    // The first run fills caches for later ones: those of the disk and of Node.
    await run(overlay, ['up', '--until', until]);
    await run(overlay, ['down']);
    for (let turn = 1; turn <= runs; turn++) {
      console.error(`run ${turn} of ${runs}`);
      if (compare !== undefined) await measureCompared(run, laps, resolve(compare));
      if (only.includes('up')) await measureUp(run, laps, until, store);
      if (only.includes('check')) await measureSeedCheck(run, laps);
      if (only.includes('e2e')) laps.add('e2e', (await run('npm', ['run', 'e2e'])).seconds);
    }
    if (only.includes('machines')) await measureMachines(run, laps, runs);
    if (only.includes('check')) {
      await bringUpLargeCluster(store, watch);
      const name = `check, ${crowdHosts} hosts with ${crowdHosts * crowdContainers} containers`;
      for (let turn = 1; turn <= runs; turn++) await measureCheck(run, laps, name);
    }
  } finally {
    await run(overlay, ['down']).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
  const ofCompared = compareWith(laps);
  return {
    runs,
    until,
    system: {
      cpus: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.version,
    },
    laps: laps.all,
    ...omitUndefined({ ofCompared }),
  };
}

type Run = (
  file: string,
  args: readonly string[],
  more?: Readonly<Record<string, string>>,
) => Promise<{ seconds: number; stdout: string; stderr: string }>;

/** Runs commands one at a time and measures whole processes. An interruption ends the bench between two commands. */
function runner(watch: InterruptionWatch, settings: Readonly<Record<string, string>>): Run {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return async (file, args, more = {}) => {
    watch.signal.throwIfAborted();
    const env = { ...Object.fromEntries(own), ...settings, ...more };
    const startedAt = performance.now();
    const { stdout, stderr } = await runCommand(file, args, { cwd: root, env });
    return { seconds: round((performance.now() - startedAt) / 1000), stdout, stderr };
  };
}

async function measureUp(run: Run, laps: Laps, until: Stage, store: string): Promise<void> {
  const startedAt = Date.now();
  const up = await run(overlay, ['up', '--until', until]);
  const record = await loadSetUp(store);
  for (const { name, seconds } of readStages(record?.activities ?? [], startedAt)) {
    laps.add(`up, ${name} complete`, seconds);
  }
  laps.add('up', up.seconds);
  laps.add('down', (await run(overlay, ['down'])).seconds);
}

async function measureSeedCheck(run: Run, laps: Laps): Promise<void> {
  await run(overlay, ['up']);
  await measureCheck(run, laps, 'check');
  await run(overlay, ['down']);
}

/** A check with findings fails, and ends the bench: the time for a broken cluster is not comparable. */
async function measureCheck(run: Run, laps: Laps, name: string): Promise<void> {
  laps.add(name, (await run(overlay, ['check', '--json'])).seconds);
}

async function measureMachines(run: Run, laps: Laps, runs: number): Promise<void> {
  for (let count = 1; count <= crowd; count++) {
    const { seconds } = await run(netnsMachine, ['create', `bench-${count}`]);
    // The first machine includes the switch and the certificates of the state directory.
    laps.add(count === 1 ? 'netns-machine create, first machine' : 'netns-machine create', seconds);
  }
  for (let turn = 1; turn <= runs; turn++) {
    for (const args of [['ls'], ['ip', 'bench-1'], ['env', 'bench-1'], ['status', 'bench-1']]) {
      const { seconds } = await run(netnsMachine, args);
      laps.add(`netns-machine ${args[0]}, ${crowd} machines`, seconds);
    }
  }
  laps.add(`down, ${crowd} machines`, (await run(overlay, ['down'])).seconds);
}

async function measureCompared(run: Run, laps: Laps, script: string): Promise<void> {
  // It needs programs that a minimal system lacks; the harness finds them itself.
  const { env } = await prepareTools();
  const { stdout } = await run('bash', [script, 'up'], env);
  const stages = readPrintedLaps(stdout);
  for (const { name, seconds } of stages) laps.add(`compared, ${name}`, seconds);
  laps.add('compared', stages.at(-1)?.seconds ?? 0);
  await run('bash', [script, 'down'], env);
}

function compareWith(laps: Laps): Record<string, number> | undefined {
  const compared = laps.median('compared');
  if (compared === undefined) return undefined;
  const ours = ['up', 'e2e'].flatMap((name) => {
    const median = laps.median(name);
    return median === undefined ? [] : [[name, round(median / compared)] as const];
  });
  return Object.fromEntries(ours);
}
