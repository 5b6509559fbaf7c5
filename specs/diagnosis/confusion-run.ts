import type { AuditReport, AuditVerdict } from '../../helpers/check/model/report.ts';
import type { ConfusionRun as DrawnRun } from './confusion-table.ts';
import { findMistakes } from './defect.ts';

/** One check: the injected defect and the findings. */
export interface ConfusionRun extends DrawnRun {
  /** For a check after a defect was undone: the defect, as "code: way". */
  readonly after?: string | undefined;
  /** The version of the engines, if the cluster is named after a suite whose version changes. */
  readonly engine?: string | undefined;
  readonly verdict: AuditVerdict;
  /** Injected defects without a finding, and findings without an injected defect. */
  readonly mistakes: readonly string[];
  readonly milliseconds: number;
}

/** @param mistakes by default those of a healthy cluster, in which every finding is a mistake */
export function runOf(
  { diagnoses, verdict, milliseconds }: AuditReport,
  {
    mistakes = [
      ...findMistakes([], diagnoses),
      ...(verdict === 'healthy' ? [] : [`the result was "${verdict}"`]),
    ],
    ...run
  }: Pick<ConfusionRun, 'cluster' | 'engine' | 'injected' | 'way' | 'after'> & {
    readonly mistakes?: readonly string[];
  },
): ConfusionRun {
  const reported = [...new Set(diagnoses.map(({ code }) => code))];
  return { ...run, reported, verdict, placeRight: mistakes.length === 0, mistakes, milliseconds };
}
