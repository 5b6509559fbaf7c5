import type { AuditReport } from '../../check/report.ts';
import { countOf } from './count-of.ts';

/** The verdict in one line, without colours: «✖ topology seed: 1 defect». */
export function headlineOf({ target, verdict, diagnoses, checks }: AuditReport): string {
  if (verdict === 'healthy') return `✔ ${target}: healthy`;
  const open = checks.filter((one) => one.state === 'skipped' && one.because === 'impossible');
  const undone = `${countOf(open.length, 'check')} could not be done`;
  if (verdict === 'incomplete') {
    return `? ${target}: nothing wrong was found, but ${open.length === 0 ? 'nothing could be looked at' : undone}`;
  }
  const more = open.length === 0 ? '' : `; ${undone}, so there may be more`;
  return `✖ ${target}: ${countOf(diagnoses.length, 'defect')}${more}`;
}
