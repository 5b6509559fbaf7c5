import { placeOfPage } from '../place-of-page.ts';
import type { AuditReport } from '../../../check/model/report.ts';
import { pageOf } from '../../../check/model/codes.ts';
import { planFix } from '../../../check/fix/fix-steps.ts';
import { ownCommandLine } from '../../../process/own-command.ts';
import { type NextStep, nextLines } from '../../../report/run/next-steps.ts';
import type { CheckOptions } from './options.ts';

/** Returns the last lines of a check: the paths of its reports and the next commands. */
export function endOfCheck(
  report: AuditReport,
  options: Pick<CheckOptions, 'allure' | 'junit' | 'svg' | 'sarif' | 'bundle' | 'from'>,
  words: readonly string[] = process.argv.slice(2),
): string[] {
  const { allure, junit, svg, sarif, bundle, from } = options;
  const files = [junit, sarif, svg, allure].filter((one) => one !== undefined);
  const lines = [
    ...(files.length === 0 ? [] : [`report: ${files.join(', ')}`]),
    ...(bundle === undefined ? [] : [`support bundle: ${bundle}`]),
    ...nextLines(from === undefined ? nextSteps(report, words) : explanationOf(report)),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function nextSteps(report: AuditReport, words: readonly string[]): NextStep[] {
  const { verdict, coverage } = report;
  const same = (...more: string[]) => {
    const all = [...words, ...more.filter((one) => !words.includes(one))];
    return ownCommandLine(...all);
  };
  if (verdict === 'healthy') return [];
  if (verdict === 'incomplete' && coverage.unexamined.length > 0) {
    const missing = coverage.unexamined.join(', ');
    return [{ type: same(), does: `checks the whole cluster if you also name ${missing}` }];
  }
  if (verdict === 'incomplete') {
    return [{ type: same('--verbose'), does: 'prints every command, to show what failed' }];
  }
  const fixOrCheck =
    planFix(report).steps.length > 0 && !words.includes('--fix')
      ? { type: same('--fix'), does: 'restores kernel entries, after a question for each' }
      : { type: same(), does: 'checks again after the first fix' };
  return [fixOrCheck, ...explanationOf(report)];
}

/** Returns the page of the first finding. */
function explanationOf({ diagnoses: [first] }: AuditReport): NextStep[] {
  return first === undefined
    ? []
    : [{ type: placeOfPage(pageOf(first.code)), does: 'explains the finding' }];
}
