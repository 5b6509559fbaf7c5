import { stripVTControlCharacters } from 'node:util';
import { placeInWords } from '../../check/model/difference.ts';
import type { Cause, Causes } from '../overview/causes.ts';
import type { Counts } from '../results/counts.ts';
import type { WrittenResult } from '../results/read-results.ts';
import { countOf } from '../text/count-of.ts';
import { codeBlock, codeSpan } from '../text/markdown.ts';
import type { Annotation } from './annotations.ts';

/** Failures and causes that a summary shows; the report has all. */
const shown = 100;

/** The outcome of a test run. */
export interface RunOutcome {
  readonly counts: Counts;
  readonly failures: readonly WrittenResult[];
  /** A problem in addition to the failures. */
  readonly otherFailure: string | undefined;
  /** The rules of the quality gate that the run breaks, in words. */
  readonly brokenRules: readonly string[];
  readonly green: boolean;
}

/** Returns the summary of a test run in Markdown: counts, causes, failed tests. */
export function runSummary(outcome: RunOutcome, { causes, unexplained }: Causes): string[] {
  const { counts, failures, otherFailure, brokenRules, green } = outcome;
  const { passed, failed, skipped } = counts;
  const more = failures.length - shown;
  return [
    `### overlay-e2e test\n\n${green ? '✔' : '✖'} ${passed} passed, ${failed} failed, ${skipped} skipped`,
    ...(otherFailure === undefined ? [] : [codeSpan(otherFailure)]),
    ...(brokenRules.length === 0
      ? []
      : [brokenRules.map((rule) => `- quality gate: ${codeSpan(rule)}`).join('\n')]),
    ...causes.slice(0, shown).map(renderCause),
    ...(unexplained === 0
      ? []
      : [
          `${countOf(unexplained, 'failure')} without a cause: the check of the cluster found nothing.`,
        ]),
    ...(failures.length === 0 ? [] : ['Failed:']),
    ...failures.slice(0, shown).map(renderFailure),
    ...(more > 0 ? [`And ${more} more, in the report.`] : []),
  ];
}

function renderCause({ finding, topology, failures }: Cause): string {
  const { code, where, summary, action } = finding;
  const place = [placeInWords(where), ...(topology === undefined ? [] : [`topology ${topology}`])];
  return [
    `**Cause:** ${codeSpan(code)} at ${codeSpan(place.join(', '))}, found after ${countOf(failures, 'failure')}: ${codeSpan(summary)}`,
    ...(action?.command === undefined ? [] : [codeBlock(action.command, 'sh')]),
  ].join('\n\n');
}

function renderFailure({ name, statusDetails }: WrittenResult): string {
  const message = stripVTControlCharacters(statusDetails?.message ?? '');
  const [reason = ''] = message.split('\n', 1);
  return `- ${codeSpan(name)}${reason === '' ? '' : `: ${codeSpan(reason)}`}`;
}

/** Returns an annotation for each cause: Vitest's own reporter annotates failed tests. */
export function runAnnotations(
  { otherFailure, brokenRules }: RunOutcome,
  { causes }: Causes,
): Annotation[] {
  return [
    ...(otherFailure === undefined
      ? []
      : [{ level: 'error', title: 'overlay-e2e test', message: otherFailure } as const]),
    ...brokenRules.map(
      (message): Annotation => ({ level: 'error', title: 'quality gate', message }),
    ),
    ...causes.map(
      ({ finding: { code, where, summary, action } }): Annotation => ({
        level: 'error',
        title: `${code}: ${placeInWords(where)}`,
        message: [summary, action?.effect ?? '', action?.command ?? '']
          .filter((line) => line !== '')
          .join('\n'),
      }),
    ),
  ];
}
