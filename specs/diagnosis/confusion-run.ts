import type { DiagnosisCode } from '../../helpers/check/codes.ts';
import type { AuditReport, AuditVerdict } from '../../helpers/check/report.ts';
import { findMistakes } from './defect.ts';

/** One audit: what the cluster had, and what was said of it. */
export interface ConfusionRun {
  /** The topology. */
  readonly cluster: string;
  readonly injected: DiagnosisCode | 'healthy';
  /** How it was brought about, or on what a healthy cluster was audited. */
  readonly way: string;
  /** All codes that were reported. */
  readonly reported: readonly DiagnosisCode[];
  readonly verdict: AuditVerdict;
  readonly placeRight: boolean;
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
      ...(verdict === 'incomplete' ? ['not everything could be looked at'] : []),
    ],
    ...run
  }: Pick<ConfusionRun, 'cluster' | 'injected' | 'way'> & { readonly mistakes?: readonly string[] },
): ConfusionRun {
  const reported = [...new Set(diagnoses.map(({ code }) => code))];
  const placeRight = mistakes.length === 0;
  return { ...run, reported, verdict, placeRight, mistakes, milliseconds };
}
