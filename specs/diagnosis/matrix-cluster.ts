import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';

/** A defect as the matrix shows it. */
export interface MatrixDefect {
  readonly code: DiagnosisCode;
  readonly way: string;
  /** True if engines do not recover after the defect is undone. The cluster cannot be used again. */
  readonly isPermanent?: boolean;
}

/** A check of a cluster with one defect. */
export interface MatrixCheck {
  readonly report: AuditReport;
  /** The defect without a finding, and findings without a defect. */
  readonly mistakes: readonly string[];
  /** Undoes the defect, if it still exists. */
  undo?(): Promise<unknown>;
}

/** A running cluster into which the matrix injects defects. Its disposal tears it down. */
export interface MatrixLab extends AsyncDisposable {
  /** The version of its engines, if the cluster is named after a suite whose version changes. */
  readonly engine?: string;
  /** Injects the defect at this index of the cluster's list, and checks. */
  checkWith(index: number): Promise<MatrixCheck>;
  /** Returns when the cluster works again. */
  recover(): Promise<void>;
  audit(): Promise<AuditReport>;
}

/** A kind of cluster in the matrix. */
export interface MatrixCluster {
  readonly name: string;
  readonly defects: readonly MatrixDefect[];
  /** Returns the reason why this computer cannot have it; undefined if it can. */
  whyNot?(): Promise<string | undefined>;
  bringUp(): Promise<MatrixLab>;
}

/** Formats a defect for `--only` and for the results: "code: way". */
export function nameOf({ code, way }: Pick<MatrixDefect, 'code' | 'way'>): string {
  return `${code}: ${way}`;
}
