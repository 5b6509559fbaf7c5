import { printable, printableJson, printableLines } from '../../process/text/printable.ts';
import { auditCluster } from '../../check/audit.ts';
import { AUDIT_LIMIT, type AuditOptions } from '../../check/model/options.ts';
import { prepareProbeImage } from '../../check/probe/start/probe-image.ts';
import type { AuditReport } from '../../check/model/report.ts';
import type { AuditTarget } from '../../check/model/target.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { Interrupted, InterruptionWatch } from '../../process/errors/interruption.ts';
import { renderVerdict } from '../../report/text/render-report.ts';
import { wrapText } from '../../report/text/text-layout.ts';
import { toJson } from '../../report/findings/to-json.ts';
import { showProgress } from '../progress.ts';
import { hasColors } from '../progress/painter.ts';
import { announce } from './check/announce.ts';
import { type Chosen, chooseTarget } from '../../topology/target/choose-target.ts';
import { endOfCheck } from './check/end-of-check.ts';
import { runSteps, undoSteps } from '../../check/fix/run-steps.ts';
import { applyFixes, type FixOutcome } from '../../check/fix/apply-fixes.ts';
import { askOnTerminal } from './check/ask-on-terminal.ts';
import { isToBePrinted } from './check/is-to-be-printed.ts';
import { type CheckOptions, refuseContradictions } from './check/options.ts';
import { openMonitor } from './check/monitor.ts';
import { ReaderWatch } from './check/reader-watch.ts';
import { watchCluster } from '../../check/watch/watch-cluster.ts';
import { requireWritable, writeBundle, writeOutputs } from './check/write-outputs.ts';
import { reportToGitHub } from './check/report-to-github.ts';
import { writeIssue } from './check/write-issue.ts';
import { reportFailure } from './failure.ts';
import { placeOfPage } from './place-of-page.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** The exit code of each result. */
const exitCodes = { healthy: 0, defects: 1, incomplete: 2 } as const;

/** `overlay-e2e check`: gives the exit code. */
export async function runCheck(words: readonly string[], options: CheckOptions): Promise<number> {
  const startedAt = performance.now();
  using watch = new InterruptionWatch(({ observed }) => say(`${observed}; removing the probes`));
  try {
    refuseContradictions(words, options, process.stdin.isTTY && process.stderr.isTTY);
    await requireWritable(options);
    if (options.from !== undefined) return await checkBundle(options.from, options);
    if (options.probeService !== undefined) sayWhole(ofService);
    const { target, wishes, unreached, service } = await whileTold(options, () =>
      chooseTarget(words, options, watch.signal),
    );
    for (const line of unreached) sayWhole(`not examined: ${printable(line)}`);
    try {
      const bounds = mergeOptions(options, wishes, watch.signal);
      return await checkTarget(target, bounds, options, performance.now() - startedAt);
    } finally {
      for (const { engine } of target.hosts) engine.close();
      await endService(service);
    }
  } catch (error) {
    const exitCode = reportFailure(watch.interrupted ?? error);
    return error instanceof Interrupted || watch.interrupted !== undefined ? exitCode : 2;
  }
}

const ofService =
  'if nodes of the swarm are not reached otherwise: creates a global service and a secret (label org.overlay-e2e.probe), whose tasks lead to the engines of these nodes; removes both afterward';

/** Removes the service of a check. If that fails, its tasks end by themselves. */
async function endService(service: AsyncDisposable | undefined): Promise<void> {
  try {
    await service?.[Symbol.asyncDispose]();
  } catch (error) {
    sayWhole(`the probe service may remain: ${firstLine(error)}. Its tasks end by themselves`);
  }
}

/** Diagnoses a support bundle: without a cluster. */
async function checkBundle(file: string, options: CheckOptions): Promise<number> {
  const { diagnoseBundle } = await import('../../check/support-bundle.ts');
  const { report, tool, hasSameFindings } = await diagnoseBundle(file);
  sayWhole(`diagnoses ${file}, recorded at ${report.startedAt} by overlay-e2e ${printable(tool)}`);
  if (!hasSameFindings) {
    sayWhole('this version of overlay-e2e has other findings than the version that wrote the file');
  }
  return await conclude({ report, isShown: false }, options);
}

/** Other hosts that each host sends packets to if the results are for monitoring: enough to find a broken host. */
const NEIGHBORS = 10;

type Bounds = AuditOptions & { readonly signal: AbortSignal };

/** Merges options; the command line takes precedence over a file. */
function mergeOptions(
  { probe, privileged, limit, maxPairs, metrics, neighbors }: CheckOptions,
  wishes: Chosen['wishes'],
  signal: AbortSignal,
): Bounds {
  return {
    ...wishes,
    ...(probe ? {} : { probes: 'none' }),
    ...(probe && !privileged ? { probes: 'unprivileged' } : {}),
    ...(limit === undefined ? {} : { limit: limit * 1000 }),
    ...omitUndefined({ maxPairs, neighbors: neighbors ?? (metrics && NEIGHBORS) }),
    signal,
  };
}

async function checkTarget(
  target: AuditTarget,
  bounds: Bounds,
  options: CheckOptions,
  spent: number,
): Promise<number> {
  for (const line of announce(target, bounds.probes)) sayWhole(line);
  // On a new computer it takes longer to make than the whole check may.
  if (bounds.probes !== 'none') await whileTold(options, prepareProbeImage);
  const audit = async () => await whileTold(options, () => auditCluster(target, bounds));
  if (options.watch !== undefined) return await watchTarget(target, bounds, options);
  // The time for finding the engines counts as well.
  const { limit = AUDIT_LIMIT } = bounds;
  const first = { ...bounds, limit: Math.max(limit - spent, limit / 4) };
  const report = await whileTold(options, () => auditCluster(target, first));
  if (options.fix !== true) return await conclude({ report, isShown: false }, options);
  const outcome = await applyFixes(report, {
    show: (found) => console.error(render(found, process.stderr)),
    say,
    runSteps: async (steps) =>
      await runSteps(target, steps, {
        agree: async (question) =>
          options.yes === true || (await askOnTerminal(question, bounds.signal)),
        say,
        signal: bounds.signal,
      }),
    undoSteps: async (steps) => await undoSteps(target, steps, { say, signal: bounds.signal }),
    audit,
    isDry: options.dryRun === true,
  });
  return await conclude(outcome, options);
}

/** Prints the report, and writes it wherever it is wanted. Gives the exit code. */
async function conclude(outcome: FixOutcome, options: CheckOptions): Promise<number> {
  const { report } = outcome;
  const { json, issue } = options;
  await writeOutputs(report, options);
  await reportToGitHub(report);
  try {
    if (issue !== undefined) console.log(await writeIssue(report, issue));
    else print(outcome, options);
  } finally {
    // Last: a failure to write it must not hide the result.
    await writeBundle(report, options);
  }
  for (const line of json || issue !== undefined ? [] : endOfCheck(report, options)) {
    console.log(line);
  }
  return exitCodes[report.verdict];
}

function print(outcome: FixOutcome, { json }: CheckOptions): void {
  const { report } = outcome;
  const isOneTerminal = process.stdout.isTTY && process.stderr.isTTY;
  if (isToBePrinted(outcome, { json, isOneTerminal })) {
    console.log(json ? printableJson(toJson(report), 2) : render(report, process.stdout));
  }
}

async function watchTarget(
  target: AuditTarget,
  bounds: Bounds,
  options: CheckOptions & { readonly watch?: number },
): Promise<number> {
  using reader = new ReaderWatch(process.stdout.fd);
  await using monitor = await openMonitor(target, options.metrics);
  if (monitor !== undefined) sayWhole(`metrics: ${monitor.url}`);
  let isFirst = true;
  const last = await watchCluster({
    every: (options.watch ?? 0) * 1000,
    signal: bounds.signal,
    // Later checks show no progress, because without changes nothing is printed.
    audit: async () =>
      isFirst
        ? await whileTold(options, () => auditCluster(target, bounds))
        : await auditCluster(target, bounds),
    tell: async (round, changes) => {
      if ('report' in round) await writeOutputs(round.report, options);
      if (options.json === true) {
        // A document a line.
        const document = 'report' in round ? toJson(round.report) : round;
        console.log(printableJson(document));
      } else if (isFirst && 'report' in round) console.log(render(round.report, process.stdout));
      else
        for (const line of changes) {
          console.log(`${new Date().toTimeString().slice(0, 8)} ${printable(line)}`);
        }
      isFirst = false;
    },
    ...(monitor === undefined ? {} : { note: monitor.note }),
    readerGone: reader.signal,
  });
  return 'report' in last ? exitCodes[last.report.verdict] : exitCodes.incomplete;
}

function render(report: AuditReport, stream: NodeJS.WriteStream): string {
  return renderVerdict(report, {
    color: hasColors(stream),
    width: stream.columns || 80,
    placeOfPage,
  });
}

async function whileTold<T>({ verbose = false }: CheckOptions, run: () => Promise<T>): Promise<T> {
  const stopProgress = await showProgress({ verbose });
  try {
    return await run();
  } finally {
    stopProgress();
  }
}

/** Prints a line, wrapped at words on a terminal. */
function sayWhole(text: string): void {
  const { isTTY, columns } = process.stderr;
  if (!isTTY) return say(text);
  const prefix = 'overlay-e2e: ';
  const layout = { color: false, width: columns || 80 };
  console.error(wrapText(text, layout, prefix, prefix.length).join('\n'));
}

function say(line: string): void {
  console.error(printableLines(`overlay-e2e: ${line}`));
}
