import type { AuditReport, AuditVerdict } from '../../helpers/check/model/report.ts';
import type { ConfusionRun as DrawnRun } from './confusion-table.ts';
import { findMistakes } from './defect.ts';

/** One audit: what the cluster had, and what was said of it. */
export interface ConfusionRun extends DrawnRun {
  /** Of a cluster that is healthy again: the defect that was mended, «code: way». */
  readonly after?: string | undefined;
  readonly verdict: AuditVerdict;
  /** What was missed, and what was said that is not so. */
  readonly mistakes: readonly string[];
  readonly milliseconds: number;
}

/** @param mistakes those of a healthy cluster when absent: whatever is said of it is not so */
export function runOf(
  { diagnoses, verdict, milliseconds }: AuditReport,
  {
    mistakes = [
      ...findMistakes([], diagnoses),
      ...(verdict === 'healthy' ? [] : [`the verdict was «${verdict}»`]),
    ],
    ...run
  }: Pick<ConfusionRun, 'cluster' | 'injected' | 'way' | 'after'> & {
    readonly mistakes?: readonly string[];
  },
): ConfusionRun {
  const reported = [...new Set(diagnoses.map(({ code }) => code))];
  return { ...run, reported, verdict, placeRight: mistakes.length === 0, mistakes, milliseconds };
}
