import { isSea } from 'node:sea';
import { extname, join, relative, resolve } from 'node:path';
import { onActivity } from '../../process/activity.ts';
import { ownCommandLine } from '../../process/own-command.ts';
import { isInComputer, isRootless } from '../../process/rootless.ts';
import { commandLine } from '../../process/run-command.ts';
import { Interrupted, InterruptionWatch } from '../../process/errors/interruption.ts';
import {
  askDoctor,
  checkCluster,
  type NextStep,
  nextLines,
  tearDownCluster,
} from '../../report/run/next-steps.ts';
import { DiagnosedFailure } from '../../topology/bring-up/diagnosed-failure.ts';
import type { TopologyDocument } from '../../topology/document.ts';
import { bringUp } from '../../topology/bring-up/bring-up.ts';
import { converge, type ConvergeOptions, planTopology } from '../../topology/converge/converge.ts';
import { bringUpOrReuse } from '../../topology/reuse/bring-up-or-reuse.ts';
import type { Change } from '../../topology/reuse/change.ts';
import { loadTopology } from '../../topology/describe/load-topology.ts';
import {
  includesStage,
  lastStageOf,
  limitOf,
  type Stage,
  type Topology,
  withEngine,
} from '../../topology/topology.ts';
import { showProgress } from '../progress.ts';
import { chooseProvider } from '../../machine/choose-provider.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { describeChanges, describePlan } from './describe-plan.ts';
import { reportFailure } from './failure.ts';
import { table } from './table.ts';

export interface UpOptions {
  /** The engine of all machines for which the topology names none. */
  readonly engineBundle?: string;
  readonly json?: boolean;
  /** Keep the machines on failure. */
  readonly keep?: boolean;
  /** The number of hosts instead of the topology's. */
  readonly hosts?: number;
  /** Raise limits of the kernel that are too low. */
  readonly raiseLimits?: boolean;
  /** Change the running topology into this one. */
  readonly converge?: boolean;
  /** Print the changes that `converge` would make. */
  readonly dryRun?: boolean;
  /** Use the running topology if it matches. */
  readonly reuse?: boolean;
  /** All stages if absent. */
  readonly until?: Stage;
  readonly verbose?: boolean;
}

/** Runs `overlay-e2e up` and returns the exit code. */
export async function runUp(nameOrFile: string, options: UpOptions): Promise<number> {
  let isConverging = false;
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(
      `overlay-e2e: ${observed}; ${isConverging || options.dryRun ? 'the topology stays up' : 'removing everything'}`,
    ),
  );
  let kept: string | undefined;
  const noteKept = (store: string) => {
    kept = store;
  };
  let hasBegun = false;
  const stopListening = onActivity({
    start: ({ code }) => {
      hasBegun ||= code === 'bring-up';
    },
  });
  const stopProgress = await showProgress({ verbose: options.verbose ?? false });
  try {
    const topology = await chooseTopology(nameOrFile, options);
    const { provider } = await chooseProvider();
    if (options.dryRun) {
      const { until } = options;
      const plan = await planTopology(topology, provider, { until, signal: watch.signal });
      stopProgress();
      console.log(
        options.json
          ? JSON.stringify(plan, null, 2)
          : describePlan(plan, makeChanges(nameOrFile, options)),
      );
      return 0;
    }
    const { keep, reuse } = { ...fromEnvironment(), ...options };
    const until = options.until ?? lastStageOf(topology);
    const { raiseLimits = false } = options;
    const how = { until, watch, raiseLimits, keepBroken: keep ? noteKept : undefined };
    const { document, said, changes } = await start(topology, provider, {
      ...how,
      mode: options.converge ? 'converge' : reuse ? 'reuse' : 'new',
      // A running topology keeps its stage.
      asked: options.until,
      onPlan: () => {
        isConverging = true;
      },
    });
    stopProgress();
    const limit = limitOf(topology);
    if (options.until === undefined && limit !== undefined) {
      console.error(`overlay-e2e: stopped after the stage ${until}: ${limit.because}`);
    }
    console.log(
      options.json ? JSON.stringify(document, null, 2) : summarize(document, said, changes),
    );
    return 0;
  } catch (error) {
    stopProgress();
    const exitCode = reportFailure(error, { verbose: options.verbose ?? false });
    if (kept !== undefined) console.error(`overlay-e2e: kept the machines in ${kept}`);
    const next = isConverging
      ? [{ ...makeChanges(nameOrFile, options), does: 'continues' }, checkCluster()]
      : afterFailure(error, { kept, hasBegun, nameOrFile });
    for (const line of nextLines(next)) console.error(line);
    return exitCode;
  } finally {
    stopListening();
  }
}

interface StartOptions extends ConvergeOptions {
  readonly mode: 'converge' | 'reuse' | 'new';
  /** The stage that the user named. */
  readonly asked: Stage | undefined;
}

interface Started {
  readonly document: TopologyDocument;
  /** The state of the topology for people: `is up after 3.6 s`. */
  readonly said: string;
  readonly changes?: readonly Change[];
}

/** Brings up a topology, uses the running one, or changes the running one into it. */
async function start(
  topology: Topology,
  provider: MachineProvider,
  { mode, asked, onPlan, until, ...options }: StartOptions,
): Promise<Started> {
  const startedAt = performance.now();
  const after = () => `after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  if (mode === 'new') {
    const document = await bringUp(topology, provider, { ...options, ...omitUndefined({ until }) });
    return { document, said: `is up ${after()}` };
  }
  if (mode === 'reuse') {
    const how = { ...options, ...omitUndefined({ until }) };
    const { document, reused } = await bringUpOrReuse(topology, provider, how);
    return { document, said: reused ? 'is still up' : `is up ${after()}` };
  }
  const how = { ...options, ...omitUndefined({ until: asked, onPlan }) };
  const { document, isUp, changes } = await converge(topology, provider, how);
  if (!isUp) return { document, said: `is up ${after()}` };
  if (changes.length === 0) return { document, said: 'is up to date' };
  return { document, said: `has converged ${after()}`, changes };
}

/** Suggests the command that makes the changes of `--dry-run`. */
function makeChanges(nameOrFile: string, options: UpOptions): NextStep {
  const { engineBundle, hosts, until } = options;
  const words = [
    ...(until === undefined ? [] : ['--until', until]),
    ...(engineBundle === undefined ? [] : ['--engine-bundle', engineBundle]),
    ...(hosts === undefined ? [] : ['--hosts', String(hosts)]),
  ];
  return {
    type: ownCommandLine('up', nameOrFile, ...words, '--converge'),
    does: 'makes these changes',
  };
}

async function chooseTopology(
  nameOrFile: string,
  { engineBundle, hosts }: UpOptions,
): Promise<Topology> {
  const topology = await loadTopology(nameOrFile, hosts);
  if (engineBundle === undefined) return topology;
  return withEngine(topology, engineBundle.includes('/') ? resolve(engineBundle) : engineBundle);
}

function fromEnvironment(): { keep: boolean; reuse: boolean } {
  return { keep: process.env['E2E_KEEP'] === '1', reuse: process.env['E2E_REUSE'] === '1' };
}

function summarize(
  document: TopologyDocument,
  said: string,
  changes: readonly Change[] = [],
): string {
  const { machines, networks, workload, services = [], carEndpoint, stage } = document;
  return [
    `${document.topology} ${said}: provider ${document.provider}, state directory ${document.store}`,
    ...(changes.length === 0 ? [] : [...describeChanges(changes), '']),
    ...table(machines.map((one) => [one.name, one.engineUrl, `engine ${one.engineVersion}`])),
    ...table(networks.map((one) => [one.name, one.subnet, one.scope, one.id])),
    ...table(workload.map((one) => [one.container, one.address, `on ${one.machine}`])),
    ...table(services.map((one) => [one.service, describeAddresses(one), describePorts(one)])),
    ...nextLines([
      ...(includesStage(stage, 'cluster') ? [checkCluster()] : []),
      tearDownCluster(),
      ...(carEndpoint === undefined ? [] : [seeCar(carEndpoint)]),
    ]),
  ].join('\n');
}

type RunningService = NonNullable<TopologyDocument['services']>[number];

function describeAddresses({ networks }: RunningService): string {
  return networks.map(({ name, address = 'dnsrr' }) => `${address} (${name})`).join(', ');
}

function describePorts({ ports }: RunningService): string {
  if (ports.length === 0) return 'no published port';
  const shown = ports.map(
    ({ published, protocol, mode }) =>
      `${published}/${protocol}${mode === 'host' ? ' (host)' : ''}`,
  );
  return `publishes ${shown.join(', ')}`;
}

function seeCar(url: string): NextStep {
  // The address is reachable in this user's namespaces, or virtual computer, only.
  const program = join(import.meta.dirname, `../rootless${extname(import.meta.filename)}`);
  const isApart = isRootless() || isInComputer();
  const runner = isSea() ? process.execPath : 'node';
  const type = isApart ? commandLine(runner, [relative('', program), 'curl', url]) : url;
  return { type, does: 'the car, from the database on the other host' };
}

/** Returns the next steps after a failure; an error before the first stage has its own hint. */
function afterFailure(
  error: unknown,
  {
    kept,
    hasBegun,
    nameOrFile,
  }: { kept: string | undefined; hasBegun: boolean; nameOrFile: string },
): NextStep[] {
  if (kept !== undefined) return [checkCluster(), tearDownCluster()];
  if (!hasBegun || error instanceof Interrupted) return [];
  const again = ownCommandLine('up', nameOrFile, '--keep');
  const keep = { type: again, does: 'keeps the machines if it fails, for inspection' };
  // Findings explain the failure; doctor would not.
  return error instanceof DiagnosedFailure ? [keep] : [askDoctor(), keep];
}
