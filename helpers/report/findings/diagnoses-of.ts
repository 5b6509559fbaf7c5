import type { Diagnosis } from '../../check/model/diagnosis.ts';
import type { AuditReport, ComparisonResult } from '../../check/model/report.ts';

/** A diagnosis, and its number among all of the report. */
export interface NumberedDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly number: number;
  /** True if differences of the comparison prove it; otherwise they are its consequences. */
  readonly proves: boolean;
}

/** Returns the findings that explain the differences of a comparison. */
export function diagnosesOf(report: AuditReport, check: ComparisonResult): NumberedDiagnosis[] {
  if (check.state !== 'failed') return [];
  // By content: a report that was read from a file has each difference twice.
  const own = new Set(check.differences.map((one) => JSON.stringify(one)));
  const has = (differences: readonly object[]) =>
    differences.some((one) => own.has(JSON.stringify(one)));
  return report.diagnoses.flatMap((diagnosis, index): NumberedDiagnosis[] => {
    const proves = has(diagnosis.evidence);
    if (!proves && !has(diagnosis.consequences)) return [];
    return [{ diagnosis, number: index + 1, proves }];
  });
}

/** Returns the reason of a failed comparison in one line: the findings that it proves, else the findings that caused it. */
export function failureLine(report: AuditReport, check: ComparisonResult): string {
  const found = diagnosesOf(report, check);
  const proven = found.filter(({ proves }) => proves);
  const line = (proven.length > 0 ? proven : found)
    .map(({ diagnosis: { code, summary } }) => `${code}: ${summary}`)
    .join('; ');
  if (line !== '') return proven.length > 0 ? line : `only because of ${line}`;
  return check.state === 'failed' ? (check.differences[0]?.text ?? '') : '';
}
