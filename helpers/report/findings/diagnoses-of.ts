import type { Diagnosis } from '../../check/model/diagnosis.ts';
import type { AuditReport, CheckResult } from '../../check/model/report.ts';

/** A diagnosis, and its number among all of the report. */
export interface NumberedDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly number: number;
  /** Whether what the check found proves it; else it only follows from it. */
  readonly proves: boolean;
}

/** What the differences that a check found have come to. */
export function diagnosesOf(report: AuditReport, check: CheckResult): NumberedDiagnosis[] {
  if (check.state !== 'failed') return [];
  // By what they say: a report that was read from a file has them twice.
  const own = new Set(check.differences.map((one) => JSON.stringify(one)));
  const has = (differences: readonly object[]) =>
    differences.some((one) => own.has(JSON.stringify(one)));
  return report.diagnoses.flatMap((diagnosis, index): NumberedDiagnosis[] => {
    const proves = has(diagnosis.evidence);
    if (!proves && !has(diagnosis.consequences)) return [];
    return [{ diagnosis, number: index + 1, proves }];
  });
}

/** Why a check failed, in one line: by the diagnoses that it proves, else by those that it follows from. */
export function failureLine(report: AuditReport, check: CheckResult): string {
  const found = diagnosesOf(report, check);
  const proven = found.filter(({ proves }) => proves);
  const line = (proven.length > 0 ? proven : found)
    .map(({ diagnosis: { code, summary } }) => `${code}: ${summary}`)
    .join('; ');
  if (line !== '') return proven.length > 0 ? line : `only because of ${line}`;
  return check.state === 'failed' ? (check.differences[0]?.text ?? '') : '';
}
