import type { DiagnosisCode } from '../../../check/model/codes.ts';
import type { AuditReport } from '../../../check/model/report.ts';
import { InputError } from '../../../process/errors/input-error.ts';

/** Returns the findings of a report with this code as an issue. */
export async function writeIssue(report: AuditReport, code: DiagnosisCode): Promise<string> {
  const codes = [...new Set(report.diagnoses.map((one) => one.code))];
  if (!codes.includes(code)) {
    throw new InputError({
      code: 'name-unknown',
      subject: `--issue ${code}`,
      observed: `the check has no finding with this code`,
      hint: codes.length === 0 ? 'there are no findings' : `choose one of ${codes.join(', ')}`,
    });
  }
  const { toMobyIssue } = await import('../../../report/findings/to-moby-issue.ts');
  return toMobyIssue(report, code);
}
