import { prepareProbeImage } from '../../check/probe/start/probe-image.ts';
import { traceCluster } from '../../check/trace/trace-cluster.ts';
import { Interrupted, InterruptionWatch } from '../../process/errors/interruption.ts';
import { printableJson } from '../../process/text/printable.ts';
import { traceToJson } from '../../report/findings/trace-document.ts';
import { renderTrace } from '../../report/text/render-trace.ts';
import { chooseTarget, type TargetOptions } from '../../topology/target/choose-target.ts';
import { showProgress } from '../progress.ts';
import { hasColors } from '../progress/painter.ts';
import { refuseMixedTargets } from './check/options.ts';
import { requireWritableFile, writeText } from './check/write-outputs.ts';
import { reportFailure } from './failure.ts';
import { readEnds, type TraceWords } from './trace/read-ends.ts';

/** The options of `overlay-e2e trace`. */
export interface TraceOptions extends TargetOptions {
  readonly udp?: boolean;
  readonly network?: string;
  readonly json?: boolean;
  readonly svg?: string;
  readonly verbose?: boolean;
}

/** `overlay-e2e trace`: gives the exit code. */
export async function runTrace(words: TraceWords, options: TraceOptions): Promise<number> {
  const { json = false, svg, limit, verbose = false } = options;
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; removing the probes`),
  );
  try {
    const { request, target: named } = readEnds(words, options);
    refuseMixedTargets('trace', named, options);
    await requireWritableFile(svg);
    const stopProgress = await showProgress({ verbose });
    try {
      const { target, unreached } = await chooseTarget(named, options, watch.signal);
      try {
        // On a new computer it takes longer to make than the whole trace may.
        await prepareProbeImage();
        const bounds = limit === undefined ? {} : { limit: limit * 1000 };
        const seen = await traceCluster(target, request, { ...bounds, signal: watch.signal });
        stopProgress();
        const report = { ...seen, unobserved: [...unreached, ...seen.unobserved] };
        if (svg !== undefined) {
          const { drawTrace } = await import('../../report/pictures/draw-trace.ts');
          await writeText(svg, drawTrace(report));
        }
        console.log(
          json
            ? printableJson(traceToJson(report), 2)
            : renderTrace(report, layoutOf(process.stdout)),
        );
        return report.outcome === 'answered' ? 0 : 1;
      } finally {
        for (const { engine } of target.hosts) engine.close();
      }
    } finally {
      stopProgress();
    }
  } catch (error) {
    const exitCode = reportFailure(watch.interrupted ?? error);
    return error instanceof Interrupted || watch.interrupted !== undefined ? exitCode : 2;
  }
}

function layoutOf(stream: NodeJS.WriteStream) {
  return { color: hasColors(stream), width: stream.columns || 100 };
}
