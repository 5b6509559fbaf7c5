import { setTimeout as delay } from 'node:timers/promises';
import { faultCatalog } from '../../fault/catalog.ts';
import { type FaultName, faultNames, type FaultRequest } from '../../fault/fault.ts';
import { holdFault, undoLeftFaults } from '../../fault/inject-fault.ts';
import { planFault } from '../../fault/plan-fault.ts';
import { openProvider } from '../../machine/choose-provider.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { isUnrecovered, renderMeasurement } from '../../report/text/measurement-text.ts';
import { requireDocument } from '../../topology/document.ts';
import { faultClusterOf } from '../../topology/target/fault-cluster.ts';
import { inColumns } from '../columns.ts';
import { showProgress } from '../progress.ts';
import { requireWritableFile, writeText } from './check/write-outputs.ts';
import { reportFailure } from './failure.ts';

export interface FaultOptions {
  /** The duration, in seconds. */
  readonly for: number;
  readonly by?: number;
  readonly jitter?: number;
  /** Measures paths and layers from before the fault until everything has recovered. */
  readonly measure?: boolean;
  /** With a measurement: the seconds in which everything may recover. */
  readonly settle?: number;
  /** With a measurement: the file of its picture. */
  readonly svg?: string;
  /** With a measurement: the file of the picture of its latencies. */
  readonly latencies?: string;
  /** With a measurement: prints its data. */
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Runs `overlay-e2e fault NAME` and returns the exit code. */
export async function runFault(
  name: FaultName,
  machines: readonly string[],
  {
    for: seconds,
    by,
    jitter,
    measure = false,
    settle = 120,
    svg,
    latencies,
    json = false,
    verbose = false,
  }: FaultOptions,
): Promise<number> {
  const say = json ? console.error : console.log;
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; undoing the fault`),
  );
  const stopProgress = await showProgress({ verbose });
  try {
    const provider = await openProvider();
    const document = await requireDocument(
      provider.store,
      'inject a fault',
      '; faults are only for machines that it created',
    );
    const cluster = await faultClusterOf(document, provider);
    const request: FaultRequest = { name, machines, ...omitUndefined({ by, jitter }) };
    const plan = planFault(cluster, request);
    await requireWritableFile(svg);
    await requireWritableFile(latencies);
    const { signal } = watch;
    await using measurement = measure
      ? await (await import('../../measure/measure.ts')).startMeasurement(provider, document, {
          signal,
        })
      : undefined;
    if (measurement !== undefined) await delay(BEFORE, undefined, { signal });
    await holdFault(provider, plan, {
      duration: seconds * 1000,
      signal,
      onActive: () => say(`${plan.title}, for ${seconds} s`),
    });
    say('Undone.');
    const report = await measurement?.end({ settle: settle * 1000 });
    stopProgress();
    if (report === undefined) return 0;
    if (svg !== undefined) {
      const { drawTimeline } = await import('../../report/pictures/draw-timeline.ts');
      await writeText(svg, await drawTimeline(report));
    }
    if (latencies !== undefined) {
      const { drawMeasuredLatencies } = await import(
        '../../report/pictures/draw-measured-latencies.ts'
      );
      await writeText(latencies, await drawMeasuredLatencies(report));
    }
    console.log(json ? JSON.stringify(report, null, 2) : renderMeasurement(report));
    return isUnrecovered(report) ? 1 : 0;
  } catch (error) {
    stopProgress();
    return reportFailure(watch.interrupted ?? error);
  }
}

/** Milliseconds of the measurement before the fault. */
const BEFORE = 3000;

/** Runs `overlay-e2e fault --undo`: undoes the faults of killed processes. Returns the exit code. */
export async function undoFaults({ verbose = false }: { verbose?: boolean }): Promise<number> {
  const stopProgress = await showProgress({ verbose });
  try {
    const undone = await undoLeftFaults(await openProvider());
    stopProgress();
    console.log(
      undone.length === 0
        ? 'Nothing to undo.'
        : undone.map(({ title }) => `Undone: ${title}.`).join('\n'),
    );
    return 0;
  } catch (error) {
    stopProgress();
    return reportFailure(error);
  }
}

/** Prints all faults with their input. */
export function printFaults(width = process.stdout.columns || 80): void {
  const rows = faultNames.map((name) => [[name], describeEntry(name)] as const);
  console.log(inColumns(rows, width).join('\n'));
}

function describeEntry(name: FaultName): string {
  const { summary, by, ownKernel } = faultCatalog[name];
  const extent = by === undefined ? '' : ` --by: ${by.unit}, default ${by.usual}.`;
  const kernel = ownKernel === undefined ? '' : ' Only for machines with their own kernel.';
  return `${summary[0]?.toUpperCase()}${summary.slice(1)}.${extent}${kernel}`;
}
