import { lineOf } from '../../check/model/command.ts';
import { placeInWords } from '../../check/model/difference.ts';
import type { Diagnosis } from '../../check/model/diagnosis.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { countOf } from '../text/count-of.ts';
import { headlineOf } from '../text/headline.ts';
import { codeBlock, codeSpan } from '../text/markdown.ts';
import { notExamined } from '../text/not-examined.ts';
import { renderDiagnosis } from '../text/render-diagnosis.ts';
import type { Annotation } from './annotations.ts';

/** Findings that the table of a summary shows. */
const shownFindings = 100;

const layout = { color: false, width: 100 };

/** Returns the summary of a check in Markdown: the result, a table of findings, then each finding in detail. */
export function checkSummary(report: AuditReport): string[] {
  const { diagnoses, comparisons, coverage } = report;
  const passed = comparisons.filter(({ state }) => state === 'passed').length;
  const open = notExamined(coverage);
  return [
    `### overlay-e2e check\n\n${codeSpan(headlineOf(report))}`,
    ...(diagnoses.length === 0 ? [] : [tableOf(diagnoses)]),
    `${passed} of ${countOf(comparisons.length, 'comparison')} passed.`,
    ...(open.length === 0 ? [] : [`Not examined:\n\n${codeBlock(open.join('\n'))}`]),
    ...diagnoses.slice(0, shownFindings).map(detailsOf),
  ];
}

function tableOf(diagnoses: readonly Diagnosis[]): string {
  const more = diagnoses.length - shownFindings;
  return [
    '| finding | location | summary |',
    '| --- | --- | --- |',
    ...diagnoses
      .slice(0, shownFindings)
      .map(
        ({ code, where, summary }) =>
          `| ${codeSpan(code)} | ${codeSpan(placeInWords(where))} | ${codeSpan(summary)} |`,
      ),
    ...(more > 0 ? ['', `And ${countOf(more, 'more finding')}.`] : []),
  ].join('\n');
}

function detailsOf(diagnosis: Diagnosis, index: number): string {
  const text = renderDiagnosis(diagnosis, index + 1, layout).join('\n');
  return `<details><summary>${index + 1}. <code>${diagnosis.code}</code></summary>\n\n${codeBlock(text)}\n\n</details>`;
}

/** Returns an annotation for each finding, and one for a check that is incomplete. */
export function checkAnnotations(report: AuditReport): Annotation[] {
  const { verdict, diagnoses } = report;
  if (verdict === 'incomplete') {
    return [{ level: 'warning', title: 'overlay-e2e check', message: headlineOf(report) }];
  }
  return diagnoses.map(({ code, where, summary, action }) => ({
    level: 'error',
    title: `${code}: ${placeInWords(where)}`,
    message: [summary, ...fixOf(action)].join('\n'),
  }));
}

function fixOf(action: Diagnosis['action']): string[] {
  if (action === undefined) return [];
  const { kind, host, effect, commands } = action;
  const where = host === undefined ? '' : ` on ${host}`;
  const label = kind === 'fix' ? 'Fix' : 'Next step';
  return [`${label}${where}: ${effect}`, ...(commands.length === 0 ? [] : [lineOf(commands)])];
}
