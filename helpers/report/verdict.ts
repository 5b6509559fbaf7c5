import { constants } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { Counts } from './counts.ts';
import type { WrittenResult } from './read-results.ts';
import { askDoctor, type NextStep } from './next-steps.ts';
import { hostPrefix } from './results-writer.ts';

/** What came of a run. */
export interface Verdict {
  readonly counts: Counts;
  readonly failures: readonly WrittenResult[];
  /** What is wrong beyond the failures in the results: a runner that ended badly without naming one. */
  readonly besides: string | undefined;
  readonly green: boolean;
}

/**
 * Judges a run by three witnesses that must agree before it is green: Vitest's exit code, the counts that its reporter
 * wrote at its end, and the results.
 *
 * @param counted what the reporter counted; absent when Vitest came to no end
 */
export function judge(
  exitCode: number,
  counted: Counts | undefined,
  results: readonly WrittenResult[],
): Verdict {
  const failures = results.filter(({ status }) => status === 'failed' || status === 'broken');
  const hostFailures = failures.filter(({ fullName }) => fullName.startsWith(hostPrefix)).length;
  const { passed, failed, skipped } = counted ?? { passed: 0, failed: 0, skipped: 0 };
  // A failure that only the results have is one all the same.
  const known = Math.max(failed, failures.length - hostFailures) + hostFailures;
  const besides = known > 0 ? undefined : whatBesides(exitCode, counted);
  const counts = { passed, failed: known + (besides === undefined ? 0 : 1), skipped };
  return { counts, failures, besides, green: counts.failed === 0 };
}

function whatBesides(exitCode: number, counted: Counts | undefined): string | undefined {
  if (exitCode > 128) return `the run was ended by ${signalName(exitCode - 128)}`;
  if (counted === undefined) return `vitest came to no end (exit code ${exitCode})`;
  if (exitCode !== 0) return `vitest ended with exit code ${exitCode}, though no test failed`;
  if (counted.passed === 0) return 'not a single test ran';
  return undefined;
}

function signalName(number: number): string {
  const names = Object.entries(constants.signals);
  return names.find(([, one]) => one === number)?.[0] ?? `signal ${number}`;
}

/** The verdict in lines for people; neither the count line nor what to do next is among them. */
export function verdictLines(verdict: Verdict, shownFailures = 8): string[] {
  if (verdict.green) return ['✔ Everything holds.'];
  const { failures, besides } = verdict;
  const shown = failures.slice(0, shownFailures).map(({ name, statusDetails }) => {
    const reason = stripVTControlCharacters(statusDetails?.message ?? '').split('\n', 1)[0] ?? '';
    return `✖ ${name}${reason === '' ? '' : `\n    ${reason}`}`;
  });
  const rest = failures.length - shown.length;
  return [
    ...shown,
    ...(rest > 0 ? [`✖ … and ${rest} more, all in the report`] : []),
    ...(besides === undefined ? [] : [`✖ ${besides}`]),
  ];
}

/** What to type next when a run was not green. */
export function nextStepsOf({ green, failures }: Verdict): NextStep[] {
  if (green) return [];
  if (failures.some(({ fullName }) => fullName.startsWith(hostPrefix))) return [askDoctor];
  const file = failures
    .map(({ fullName }) => specFileOf(fullName))
    .find((one) => one !== undefined);
  return file === undefined
    ? [{ type: 'npm test', does: 'runs all of it again; above stands what it said' }]
    : [
        {
          type: `npm test -- ${file}`,
          does: 'runs this file alone; its evidence is in the report',
        },
      ];
}

function specFileOf(fullName: string): string | undefined {
  return /specs\/[^#]*\.spec\.ts/.exec(fullName)?.[0];
}
