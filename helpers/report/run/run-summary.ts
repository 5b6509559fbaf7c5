import { constants } from 'node:os';
import type { ErrorCode } from '../../process/errors/error-codes.ts';
import { errorLabel } from '../results/labels/error-label.ts';
import { stripVTControlCharacters } from 'node:util';
import { countOf } from '../text/count-of.ts';
import type { Counts, RunCounts } from '../results/counts.ts';
import type { WrittenResult } from '../results/read-results.ts';
import { specFileOf } from '../results/spec-file.ts';
import { commandAgain, type TypedRun } from './next-command.ts';
import { askDoctor, type NextStep } from './next-steps.ts';
import { hostPrefix } from '../results/results-writer.ts';
import { skipsFile } from './skip-reasons.ts';

/** The outcome of a run. */
export interface RunSummary {
  readonly counts: Counts;
  readonly failures: readonly WrittenResult[];
  /** A problem in addition to the failures in the results: a runner that failed without a failed test. */
  readonly otherFailure: string | undefined;
  /** True if Vitest's reporter listed the failed tests, which it does at its end. */
  readonly listed: boolean;
  /** The signal that ended it. */
  readonly interrupted: string | undefined;
  readonly green: boolean;
}

/**
 * Determines the outcome of a run. For success, three sources must agree: Vitest's exit code, the counts that its reporter
 * wrote at its end, and the results.
 *
 * @param counted the reporter's counts; not ended when Vitest did not finish
 */
export function summarizeRun(
  exitCode: number,
  counted: RunCounts | undefined,
  results: readonly WrittenResult[],
): RunSummary {
  const failures = results.filter(({ status }) => status === 'failed' || status === 'broken');
  const hostFailures = failures.filter(({ fullName }) => fullName.startsWith(hostPrefix)).length;
  const { passed, failed, skipped } = counted ?? { passed: 0, failed: 0, skipped: 0 };
  // A failure that only the results have counts too.
  const known = Math.max(failed, failures.length - hostFailures) + hostFailures;
  const otherFailure = known > 0 ? undefined : describeOtherFailure(exitCode, counted);
  const counts = { passed, failed: known + (otherFailure === undefined ? 0 : 1), skipped };
  return {
    counts,
    failures,
    otherFailure,
    listed: counted?.ended === true && failed >= failures.length - hostFailures,
    interrupted: exitCode > 128 ? signalName(exitCode - 128) : undefined,
    green: counts.failed === 0,
  };
}

function describeOtherFailure(
  exitCode: number,
  counted: RunCounts | undefined,
): string | undefined {
  if (exitCode > 128) return `the run was stopped by ${signalName(exitCode - 128)}`;
  if (counted?.ended !== true) return `vitest did not finish (exit code ${exitCode})`;
  if (exitCode !== 0) return `vitest exited with code ${exitCode}, although no test failed`;
  if (counted.passed === 0) return 'no test ran';
  return undefined;
}

function signalName(number: number): string {
  const names = Object.entries(constants.signals);
  return names.find(([, one]) => one === number)?.[0] ?? `signal ${number}`;
}

/**
 * Formats the outcome in lines, without causes, the count line and next steps. Failed tests are listed by Vitest's
 * reporter, if the run finished; otherwise all of them here.
 */
export function summaryLines(
  { green, failures, otherFailure, counts, listed, interrupted }: RunSummary,
  shownFailures = 8,
): string[] {
  const { passed, failed, skipped } = counts;
  const all = passed + failed + skipped;
  const more = skipped === 0 ? '' : `, ${skipped} skipped`;
  if (green) return [`✔ ${passed} of ${countOf(all, 'test')} passed${more}`];
  const unlisted = failures.filter(
    (one) => (!listed || isAround(one) || isOfSkips(one)) && !isInterruption(one, interrupted),
  );
  const shown = unlisted.slice(0, shownFailures).map(renderFailure);
  const rest = unlisted.length - shown.length;
  const tests = failed - failures.filter(isAround).length - (otherFailure === undefined ? 0 : 1);
  return [
    ...(tests > 0
      ? [`✖ ${tests} of ${countOf(passed + tests + skipped, 'test')} failed${more}`]
      : []),
    ...shown,
    ...(rest > 0 ? [`✖ and ${rest} more, all in the report`] : []),
    ...(interrupted !== undefined
      ? [`✖ interrupted by ${interrupted}`]
      : otherFailure === undefined
        ? []
        : [`✖ ${otherFailure}`]),
  ];
}

/** A set-up or a take-down. */
function isAround({ fullName }: WrittenResult): boolean {
  return fullName.startsWith(hostPrefix);
}

/** A test that was skipped and must not be: Vitest does not count it as failed. */
function isOfSkips({ fullName }: WrittenResult): boolean {
  return fullName.startsWith(skipsFile);
}

/** Returns true if a set-up ended because of the signal, which is reported once. */
function isInterruption({ labels = [] }: WrittenResult, interrupted: string | undefined): boolean {
  const code: ErrorCode = 'interrupted';
  return (
    interrupted !== undefined &&
    labels.some(({ name, value }) => name === errorLabel && value === code)
  );
}

function renderFailure({ name, statusDetails }: WrittenResult): string {
  const [reason = ''] = stripVTControlCharacters(statusDetails?.message ?? '').split('\n', 1);
  return `✖ ${name}${reason === '' ? '' : `\n    ${reason}`}`;
}

/**
 * Returns the commands to run after a failed run.
 *
 * @param causes findings of checks, whose fixes are printed
 */
export function nextStepsOf(
  { green, failures, interrupted }: RunSummary,
  typed: TypedRun,
  causes: readonly unknown[] = [],
): NextStep[] {
  if (green || interrupted !== undefined) return [];
  // If a check has found why a set-up failed, this computer lacks nothing.
  if (failures.some(isAround) && causes.length === 0) return [askDoctor()];
  const tests = failures.filter(({ fullName }) => specFileOf(fullName) !== undefined);
  const does = tests.length === 0 ? 'runs it again' : 'runs the failed tests again';
  return [{ type: commandAgain(tests, typed), does }];
}
