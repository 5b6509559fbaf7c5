import { inject, test as base, type TestAPI } from 'vitest';
import type { Engine } from '../docker/engine.ts';
import type { FaultRequest } from '../fault/fault.ts';
import { type ActiveFault, injectFault } from '../fault/inject-fault.ts';
import type { PerfOptions } from '../perf/measure-performance.ts';
import type { PerfResult } from '../perf/perf-result.ts';
import { CleanupStack } from '../process/cleanup-stack.ts';
import { omitUndefined } from '../process/omit-undefined.ts';
import { perfTargetOf } from '../topology/target/perf-target.ts';
import { planFault } from '../fault/plan-fault.ts';
import type { RunOptions } from '../machine/machine.ts';
import { type CommandResult } from '../process/run-command.ts';
import { withWholeWaits } from '../process/waits/cut-waits.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import type { Measurement, MeasureOptions } from '../measure/measure.ts';
import type { MeasurementReport } from '../measure/measurement.ts';
import { attach, reportRuntime } from '../report/results/evidence.ts';
import { tellTopology } from '../report/results/labels/topology-label.ts';
import type { TopologyDocument } from '../topology/document.ts';
import { type Stage, includesStage, limitOf, type Topology } from '../topology/topology.ts';
import { faultClusterOf } from '../topology/target/fault-cluster.ts';
import { type Check, openCheck, targetOf } from './check.ts';
import { cutExplainedWaits, findExplained, rememberFindings } from './explained.ts';
import { type Lab, openLab } from './lab.ts';

export { expect } from './expect.ts';
export type { Check } from './check.ts';
export type { Lab } from './lab.ts';
export type { Service, Task } from './service.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The topology that the global set-up brought up. */
    topology: TopologyDocument;
    /** The topology that cannot be brought up here, and the reason. */
    cannotBe: { readonly topology: string; readonly why: string };
  }
}

/** A machine of the running topology. */
export interface SpecMachine {
  /** The machine's name in the topology, and its hostname. */
  readonly name: string;
  /** The machine's address on the network between the machines. */
  readonly address: string;
  /** The Docker API of the machine: containers, networks, images. */
  readonly engine: Engine;
  /** Runs a program in the machine, outside of containers, without a shell. */
  run(argv: readonly [string, ...string[]], options?: RunOptions): Promise<CommandResult>;
}

/** The hosts and options of the fixture `perf`; by default, the first two hosts. */
export interface PerfRequest<MachineName extends string = string> extends PerfOptions {
  readonly from?: MachineName;
  readonly to?: MachineName;
}

/** The fixtures of a test. */
export interface SpecFixtures<
  MachineName extends string = string,
  ContainerName extends string = string,
  ServiceName extends string = string,
> {
  /**
   * The running topology as a document: names, addresses, networks with their IDs, containers with their addresses.
   *
   *     test('the overlay network has the requested subnet', ({ topology }) => {
   *       expect(topology.networks).toMatchObject([{ name: 'stairs', subnet: '10.20.0.0/24' }]);
   *     });
   */
  readonly topology: TopologyDocument;
  /**
   * Returns a machine by its name.
   *
   *     test('the counter has its own hostname', async ({ machine }) => {
   *       const { stdout } = await machine('counter').run(['uname', '-n']);
   *       expect(stdout.trim()).toBe('counter');
   *     });
   */
  readonly machine: (name: MachineName) => SpecMachine;
  /**
   * Engines, containers, services, and the key-value store or swarm.
   *
   *     test('stock answers shop', async ({ lab }) => {
   *       await expect(lab.container('shop')).toPing('stock');
   *     });
   */
  readonly lab: Lab<MachineName, ContainerName, ServiceName>;
  /**
   * `overlay-e2e check`, as a whole or in part.
   *
   *     test('the cluster is healthy', async ({ check }) => {
   *       expect(await check.audit()).toBeHealthy();
   *     });
   */
  readonly check: Check;
  /**
   * Breaks the running topology until the result is disposed of, or the test ends.
   *
   *     test('shop reaches stock again after a partition', async ({ fault, lab }) => {
   *       {
   *         await using _partition = await fault({ name: 'partition', machines: ['cellar'] });
   *         await expect(lab.container('shop')).not.toPing('stock');
   *       }
   *       await expect(lab.container('shop')).toPing('stock');
   *     });
   */
  readonly fault: (request: FaultRequest) => Promise<ActiveFault>;
  /**
   * Measures all paths of the running topology until its end, or the end of the test. The report gets the data, a
   * timeline and a picture of latencies.
   *
   *     test('a partition of a second is over a minute later', async ({ fault, measure }) => {
   *       await using measurement = await measure();
   *       {
   *         await using _partition = await fault({ name: 'partition', machines: ['cellar'] });
   *       }
   *       expect(await measurement.end({ settle: 60_000 })).toRecover();
   *     });
   */
  readonly measure: (options?: MeasureOptions) => Promise<Measurement>;
  /**
   * Measures throughput and response times between two hosts, as `overlay-e2e perf` does.
   *
   *     test('the overlay keeps most of the throughput', async ({ perf }) => {
   *       expect(await perf({ runs: 3 })).toKeep({ throughput: 0.6, p99: 3 });
   *     });
   */
  readonly perf: (options?: PerfRequest<MachineName>) => Promise<PerfResult>;
  /** The last stage of the topology that the spec needs; default: all. Set it with `test.override`. */
  readonly needs: Stage;
}

/**
 * Vitest's `test` with {@link SpecFixtures} for the topology of the project's folder. It accepts any string as a name;
 * {@link testOf} accepts only names of the topology.
 */
export const test = base
  .extend('needs', (): Stage => 'workload')
  // Registered first, so that it runs before any other fixture uses the topology.
  .extend('available', { auto: true }, async ({ needs, skip }) => {
    const unavailable = inject('cannotBe') ?? leftOut(inject('topology'), needs);
    if (unavailable === undefined) return;
    await tellTopology(unavailable.topology);
    skip(unavailable.why);
  })
  .extend('lab', { scope: 'worker' }, () => openLab(inject('topology')))
  .extend('topology', ({ lab }): TopologyDocument => lab.document)
  .extend(
    'machine',
    ({ lab }): SpecFixtures['machine'] =>
      (name) =>
        describeMachine(lab, name),
  )
  .extend('check', ({ lab }): Check => openCheck(lab))
  .extend('fault', ({ lab }, { onCleanup }): SpecFixtures['fault'] => {
    const stack = new CleanupStack();
    onCleanup(() => stack[Symbol.asyncDispose]());
    return async (request) => {
      const cluster = await faultClusterOf(lab.document, lab.provider);
      return stack.use(await injectFault(lab.provider, planFault(cluster, request)));
    };
  })
  .extend('measure', ({ lab }, { onCleanup }): SpecFixtures['measure'] => {
    const stack = new CleanupStack();
    onCleanup(() => stack[Symbol.asyncDispose]());
    return async (options) => {
      // Loaded only when needed, as the check is.
      const { startMeasurement } = await import('../measure/measure.ts');
      const running = stack.use(await startMeasurement(lab.provider, lab.document, options));
      return { ...running, end: async (end) => await attachMeasurement(await running.end(end)) };
    };
  })
  .extend('perf', ({ lab }): SpecFixtures['perf'] => async ({ from, to, ...options } = {}) => {
    const { measurePerformance } = await import('../perf/measure-performance.ts');
    const target = perfTargetOf(lab.document, lab.provider);
    return await measurePerformance({ ...target, ...omitUndefined({ from, to }) }, options);
  })
  .extend('evidence', { auto: true }, async ({ lab, check, task, onTestFailed }) => {
    await tellTopology(lab.document.topology);
    cutExplainedWaits(lab.document.store);
    // Runs while the machines are as the spec left them. The tables are read first, because live probes change them.
    onTestFailed(() => attachEvidence(lab, check, task.name), 180_000);
  });

/**
 * Vitest's `test` with the fixtures and names of a topology. Your editor completes `lab.container('…')`; an unknown name
 * is a compile error. Declare the topology `as const satisfies Topology`.
 *
 *     import topology from './topology.ts';
 *     const test = testOf(topology);
 */
export function testOf<const Described extends Topology>(
  topology: Described,
): TestAPI<FixturesOf<Described>> {
  const running = inject('topology')?.topology ?? inject('cannotBe')?.topology;
  if (running !== topology.name) {
    throw new HarnessError({
      code: 'topology-differs',
      tried: `specs of the topology ${topology.name}`,
      observed: `the running topology is ${running ?? 'none'}`,
      hint: 'import the topology.ts of the folder of the spec, and run its project',
    });
  }
  return test as unknown as TestAPI<FixturesOf<Described>>;
}

type FixturesOf<T extends Topology> = SpecFixtures<
  MachineNames<T>,
  ContainerNames<T>,
  ServiceNames<T>
>;

type MachineNames<T extends Topology> = T['machines'][number]['name'];

type ContainerNames<T extends Topology> =
  | NonNullable<T['containers']>[number]['name']
  | CarNames<T['workload']>;

/** The compiler does not know the services of stack files. */
type ServiceNames<T extends Topology> = T extends { readonly stacks: readonly unknown[] }
  ? string
  : NonNullable<T['services']>[number]['name'];

type CarNames<T> = T extends {
  readonly application: { readonly container: infer Application };
  readonly database: { readonly container: infer Database };
}
  ? Extract<Application | Database, string>
  : never;

function describeMachine(lab: Lab, name: string): SpecMachine {
  const engine = lab.engine(name);
  return {
    name,
    address: engine.machine.address,
    engine,
    run: async (argv, options) => await lab.provider.run(name, argv, options),
  };
}

async function attachMeasurement(report: MeasurementReport): Promise<MeasurementReport> {
  if (reportRuntime() === undefined) return report;
  const { drawTimeline } = await import('../report/pictures/draw-timeline.ts');
  const { drawMeasuredLatencies } = await import('../report/pictures/draw-measured-latencies.ts');
  await attach('timeline', await drawTimeline(report), 'image/svg+xml');
  await attach('latencies', await drawMeasuredLatencies(report), 'image/svg+xml');
  await attach('measurement', report);
  return report;
}

/** Returns the reason to skip a spec that needs more than the topology has. */
function leftOut({ topology, cluster }: TopologyDocument, needs: Stage) {
  const limit = limitOf({ cluster });
  return limit === undefined || includesStage(limit.stage, needs)
    ? undefined
    : { topology, why: limit.because };
}

async function attachEvidence(lab: Lab, check: Check, failed: string): Promise<void> {
  // This takes some seconds, so it needs a reader.
  if (reportRuntime() === undefined) return;
  const [{ attachMachines }, { attachReport, attachVerdict }] = await Promise.all([
    import('../report/findings/machine-evidence.ts'),
    import('../report/findings/attach-report.ts'),
  ]);
  const { store, machines } = lab.document;
  await attachMachines(
    lab.provider,
    machines.map(({ name }) => name),
  );
  const explained = findExplained(store);
  if (check.unhealthy === undefined && explained !== undefined) {
    await attachReport(explained.report, explained.test);
    return;
  }
  const report = check.unhealthy ?? (await withWholeWaits(() => attachVerdict(targetOf(lab))));
  if (check.unhealthy !== undefined) await attachReport(check.unhealthy);
  if (report !== undefined) rememberFindings(store, failed, report);
}
