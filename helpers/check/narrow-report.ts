import { HarnessError } from '../process/errors/harness-error.ts';
import { verdictOf } from './audit.ts';
import type { Layer } from './model/comparison.ts';
import { comparisons } from './compare/comparisons.ts';
import type { AuditReport, ComparisonResult } from './model/report.ts';

/** Returns the report for one layer alone. */
export function reportOfLayer(report: AuditReport, layer: Layer): AuditReport {
  return narrowReport(report, (one) => one.layer === layer);
}

/** Returns the report for one comparison alone, such as `kernel-forwarding`. */
export function reportOfComparison(report: AuditReport, name: string): AuditReport {
  requireComparison(name);
  return narrowReport(report, (one) => one.name === name);
}

/** Throws, with the names of all comparisons, unless it is one of them. */
export function requireComparison(name: string): void {
  if (comparisons.some((one) => one.name === name)) return;
  throw new HarnessError({
    code: 'name-unknown',
    tried: `find the comparison ${name}`,
    observed: 'no such comparison',
    hint: `use one of ${comparisons.map((one) => one.name).join(', ')}`,
  });
}

/** Keeps the findings with evidence from those comparisons. */
function narrowReport(
  report: AuditReport,
  isMeant: (one: ComparisonResult) => boolean,
): AuditReport {
  const results = report.comparisons.filter(isMeant);
  const found = results.flatMap((one) => (one.state === 'failed' ? one.differences : []));
  const diagnoses = report.diagnoses.filter(({ evidence, consequences }) =>
    [...evidence, ...consequences].some((one) => found.includes(one)),
  );
  return {
    ...report,
    comparisons: results,
    diagnoses,
    verdict: verdictOf(results, report.coverage),
  };
}
