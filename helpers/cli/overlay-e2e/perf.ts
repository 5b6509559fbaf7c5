import { openProvider } from '../../machine/choose-provider.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import { measurePerformance } from '../../perf/measure-performance.ts';
import { perfToText } from '../../report/text/perf-to-text.ts';
import { requireDocument } from '../../topology/document.ts';
import { perfTargetOf } from '../../topology/target/perf-target.ts';
import { hasColors } from '../progress/painter.ts';
import { showProgress } from '../progress.ts';
import { requireWritableFile, writeText } from './check/write-outputs.ts';
import { reportFailure } from './failure.ts';
import { placeOfPage } from './place-of-page.ts';

export interface PerfCommandOptions {
  readonly runs: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** In Mbit/s. */
  readonly udp: number;
  readonly json?: boolean;
  /** The file for the picture. */
  readonly svg?: string;
  readonly verbose?: boolean;
}

/** Runs `overlay-e2e perf` and returns the exit code. */
export async function runPerf(
  names: readonly string[],
  { runs, seconds, udp, json = false, svg, verbose = false }: PerfCommandOptions,
): Promise<number> {
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; removing the containers`),
  );
  const stopProgress = await showProgress({ verbose });
  try {
    await requireWritableFile(svg);
    const provider = await openProvider();
    const document = await requireDocument(
      provider.store,
      'measure the performance',
      '; only machines that it created are measured',
    );
    const target = perfTargetOf(document, provider);
    const [from = target.from, to = target.to] = names;
    for (const name of [from, to]) {
      if (target.hosts.includes(name)) continue;
      throw new InputError({
        code: 'machine-unknown',
        subject: name,
        observed: 'no host of the cluster has this name',
        hint: suggestName(name, target.hosts, 'hosts'),
      });
    }
    if (from === to) {
      throw new InputError({
        code: 'input-invalid',
        subject: `${from} ${to}`,
        observed: 'packets within one host do not cross the overlay',
        hint: 'Name two hosts',
      });
    }
    const result = await measurePerformance(
      { ...target, from, to },
      { runs, seconds, udp, signal: watch.signal },
    );
    if (svg !== undefined) {
      const { drawPerf } = await import('../../report/pictures/draw-perf.ts');
      await writeText(svg, await drawPerf(result));
    }
    stopProgress();
    const { stdout } = process;
    const layout = { color: hasColors(stdout), width: stdout.columns || 100, placeOfPage };
    console.log(json ? JSON.stringify(result, null, 2) : perfToText(result, layout));
    return result.findings.length === 0 ? 0 : 1;
  } catch (error) {
    stopProgress();
    return reportFailure(watch.interrupted ?? error, { verbose });
  }
}
