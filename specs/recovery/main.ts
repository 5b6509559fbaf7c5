/**
 * `npm run recovery`: brings up each cluster kind with each engine, injects faults, measures the outages and the recovery,
 * and writes the times to docs/, as data and as a page. Arguments restrict it, and keep all other results:
 *
 *     npm run recovery -- swarm-mode 26.1.5 --fault engine-killed --runs 3 --into /tmp/recovery
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { loadOperations } from '../../helpers/cli/netns-machine/hosts/machine-operations.ts';
import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import type { FaultName, FaultRequest } from '../../helpers/fault/fault.ts';
import { holdFault } from '../../helpers/fault/inject-fault.ts';
import { planFault } from '../../helpers/fault/plan-fault.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { startMeasurement } from '../../helpers/measure/measure.ts';
import type { MeasurementReport } from '../../helpers/measure/measurement.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';
import { bringUp } from '../../helpers/topology/bring-up/bring-up.ts';
import { formerOf } from '../../helpers/topology/bring-up/stages/form-cluster.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { limitOf, type Topology } from '../../helpers/topology/topology.ts';
import { faultClusterOf } from '../../helpers/topology/target/fault-cluster.ts';
import { readRuns } from '../bench/read-runs.ts';
import { NEXT_ENGINE, whyUnavailable } from '../engine-versions/why-unavailable.ts';
import { type Combination, listCombinations } from '../matrix/matrix-combinations.ts';
import { nameOfFault, type RecoveryData, type RecoveryRun, recoveryOf } from './recovery-run.ts';
import { upgradeSteps } from './upgrade-steps.ts';
import { dataFile, readRecovery, writeRecovery } from './write-recovery.ts';

/** Milliseconds of each fault. */
const DURATION = 5000;

const faults = [
  'partition',
  'engine-restarted',
  'engine-killed',
  'machine-killed',
  'store-stopped',
  'leader-lost',
] as const satisfies readonly FaultName[];

/** The upgrade of a swarm to Debian's next engine, machine by machine. */
const UPGRADE = 'rolling-upgrade';
const UPGRADED = '26.1.5';

const program = new Command('npm run recovery --')
  .argument('[names...]', 'topologies and engines (default: all)')
  .addOption(new Option('--fault <names...>', 'only these faults').choices([...faults, UPGRADE]))
  .option('--runs <number>', 'runs of each fault', readRuns, 3)
  .option('--into <folder>', 'the folder of the data and the page', 'docs')
  .parse();
const positionals = program.args;
const values = program.opts<{
  fault?: readonly string[];
  runs: number;
  into: string;
}>();
using watch = new InterruptionWatch();
const { signal } = watch;
const loads: number[] = [];
const fresh: RecoveryRun[] = [];

try {
  const isWhole = positionals.length === 0 && values.fault === undefined;
  const hasEarlier = existsSync(join(values.into, dataFile));
  const earlier = isWhole || !hasEarlier ? undefined : await readRecovery(values.into);
  for (const combination of await listCombinations(positionals)) {
    signal.throwIfAborted();
    const { topology, engine } = combination;
    const refusal =
      combination.refusal?.observed ??
      limitOf(topology)?.because ??
      formerOf(topology.cluster).whyNotHere?.() ??
      (await whyUnavailable(engine))?.observed;
    if (refusal !== undefined) {
      console.log(`${topology.name}: left out, because ${refusal}`);
      continue;
    }
    for (const request of faultsOf(combination)) {
      for (let run = 1; run <= values.runs; run++) {
        await measureOnce(combination, request);
        await record(earlier);
      }
    }
    if (!isUpgraded(combination)) continue;
    for (let run = 1; run <= values.runs; run++) {
      await measureUpgrade(combination);
      await record(earlier);
    }
  }
} catch (error) {
  const reason = watch.interrupted ?? error;
  console.error(
    `npm run recovery: ${reason instanceof HarnessError ? reason.line : String(reason)}`,
  );
  process.exitCode = 1;
}

/** Returns the faults that a kind of cluster can have: a swarm has no store, and other clusters have no leader. */
function faultsOf({ topology }: Combination): readonly FaultRequest[] {
  const impossible = topology.cluster.kind === 'swarm-mode' ? 'store-stopped' : 'leader-lost';
  return faults
    .filter((name) => name !== impossible && (values.fault?.includes(name) ?? true))
    .map((name) =>
      name === 'store-stopped' || name === 'leader-lost'
        ? { name }
        : { name, machines: ['worker-host'] },
    );
}

/** On a new cluster, so that no fault meets the remains of another. */
async function measureOnce({ topology }: Combination, request: FaultRequest) {
  await using store = await openFolder();
  const provider = createNetnsProvider({ store: store.path });
  try {
    const document = await bringUp(topology, provider, { watch, keepClaim: true });
    await using measurement = await startMeasurement(provider, document, { signal });
    const plan = planFault(await faultClusterOf(document, provider), request);
    await holdFault(provider, plan, { duration: DURATION, signal });
    keep(await measurement.end(), topology, nameOfFault(request));
  } finally {
    await tearDown(provider);
  }
}

function isUpgraded({ topology, engine }: Combination): boolean {
  const isChosen = values.fault?.includes(UPGRADE) ?? true;
  return topology.cluster.kind === 'swarm-mode' && engine === UPGRADED && isChosen;
}

/** On one cluster, because each step begins with the result of the one before. */
async function measureUpgrade({ topology }: Combination) {
  const refusal = await whyUnavailable(NEXT_ENGINE);
  if (refusal !== undefined) {
    console.log(`${UPGRADE}: left out, because ${refusal.observed}`);
    return;
  }
  const { version } = await prepareEngineBundle(NEXT_ENGINE);
  await using store = await openFolder();
  const { provider, changeBundle } = await loadOperations({ storage: store.path });
  try {
    const document = await bringUp(topology, provider, { watch, keepClaim: true });
    const [manager = '', worker = ''] = document.machines.map(({ name }) => name);
    const moveEngine = (machine: string) => changeBundle(machine, NEXT_ENGINE);
    for (const { title, act } of upgradeSteps({ provider, manager, worker, moveEngine })) {
      await using measurement = await startMeasurement(provider, document, { signal });
      await measurement.during(title, act);
      keep(await measurement.end(), topology, `to ${version}: ${title}`);
    }
  } finally {
    await tearDown(provider);
  }
}

function keep(report: MeasurementReport, { name }: Topology, fault: string): void {
  const run = recoveryOf(report, { topology: name, fault });
  loads.push(loadavg()[0] ?? 0);
  fresh.push(run);
  console.log(JSON.stringify(run));
}

async function openFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'overlay-e2e-recovery-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes all results after each run, because all runs take long. */
async function record(earlier: RecoveryData | undefined): Promise<void> {
  const isOlder = (run: RecoveryRun) =>
    !fresh.some(({ topology, fault }) => run.topology === topology && run.fault === fault);
  const all = [...(earlier?.load ?? []), ...loads].map((load) => Math.round(load));
  await writeRecovery(values.into, {
    date: new Date().toISOString().slice(0, 10),
    computer: `provider netns, ${availableParallelism()} processors, ${Math.round(totalmem() / 2 ** 30)} GB of memory`,
    load: [Math.min(...all), Math.max(...all)],
    runs: sortByTopology([...(earlier?.runs ?? []).filter(isOlder), ...fresh]),
  });
}

/** Keeps the order otherwise. */
function sortByTopology(runs: readonly RecoveryRun[]): RecoveryRun[] {
  return [...Map.groupBy(runs, ({ topology }) => topology).values()].flat();
}
