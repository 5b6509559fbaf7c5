import { randomInt } from 'node:crypto';
import type { FaultName } from '../../fault/fault.ts';
import { openProvider } from '../../machine/choose-provider.ts';
import { auditRunning } from '../../measure/measure.ts';
import { roundInWords } from '../../measure/soak/plan-rounds.ts';
import { type RoundResult, soak, type SoakReport, soakReport } from '../../measure/soak/soak.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { findingsOf, renderMeasurement } from '../../report/text/measurement-text.ts';
import { requireDocument } from '../../topology/document.ts';
import { faultClusterOf } from '../../topology/target/fault-cluster.ts';
import { showProgress } from '../progress.ts';
import { requireWritable, writeBundle } from './check/write-outputs.ts';
import { reportFailure } from './failure.ts';

export interface SoakCommandOptions {
  readonly seed?: number;
  /** Faults to leave out. */
  readonly except?: readonly FaultName[];
  /** Seconds. */
  readonly for: number;
  /** Seconds. */
  readonly settle: number;
  readonly bundle: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Runs `overlay-e2e soak` and returns the exit code. */
export async function runSoak({
  seed = randomInt(1_000_000),
  except = [],
  for: seconds,
  settle,
  bundle,
  json = false,
  verbose = false,
}: SoakCommandOptions): Promise<number> {
  const say = json ? console.error : console.log;
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; undoing the fault`),
  );
  const { signal } = watch;
  const stopProgress = await showProgress({ verbose });
  const rounds: RoundResult[] = [];
  let topology: string | undefined;
  let isPrinted = false;
  const print = (report: SoakReport) => {
    isPrinted = true;
    if (json) console.log(JSON.stringify(report, null, 2));
    const last = report.rounds.at(-1);
    if (report.hasFinding && last !== undefined) say(renderRound(last, json));
  };
  try {
    await requireWritable({ bundle });
    const provider = await openProvider();
    const document = await requireDocument(
      provider.store,
      'run a soak test',
      '; faults are only for machines that it created',
    );
    topology = document.topology;
    const report = await soak(provider, document, await faultClusterOf(document, provider), {
      seed,
      except,
      duration: seconds * 1000,
      settle: settle * 1000,
      signal,
      onRound: (number, round) => {
        if (number === 1) say(`Seed: ${seed}.`);
        say(`Round ${number}: ${roundInWords(round)}.`);
      },
      onResult: (result) => rounds.push(result),
    });
    print(report);
    if (!report.hasFinding) {
      stopProgress();
      const acknowledged = report.rounds.at(-1)?.acknowledged ?? 0;
      say(
        `✔ ${report.rounds.length} rounds, ${acknowledged} acknowledged writes: everything recovered.`,
      );
      return 0;
    }
    // The cluster is as the round left it.
    await writeBundle(await auditRunning(provider, document, signal), { bundle });
    stopProgress();
    say(
      `Bundle: ${bundle}. Repeat: ${['overlay-e2e soak --seed', seed, ...except.map((name) => `--except ${name}`)].join(' ')}`,
    );
    return 1;
  } catch (error) {
    stopProgress();
    const reason = watch.interrupted ?? error;
    if (!isPrinted && topology !== undefined) {
      const report = { ...soakReport(seed, topology, rounds), endedBy: firstLine(reason) };
      print(report);
      // After a finding, the end of the soak test itself can fail.
      if (rounds.length > 0 && !report.hasFinding) {
        say(`${rounds.length} rounds: everything recovered. Then:`);
      }
    }
    return reportFailure(reason);
  }
}

/** Formats a round with a finding. Without the tables, whose figures are in the data, only the findings are left. */
function renderRound({ measurement, violations }: RoundResult, isShort: boolean): string {
  return [
    ...(isShort ? findingsOf(measurement) : [renderMeasurement(measurement)]),
    ...violations.map((violation) => `✖ ledger: ${violation}`),
  ].join('\n');
}
