import type { ComparisonOutcome, Layer, Need } from './comparison.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Observation } from './observation.ts';

/** A check and what came of it. */
export type ComparisonResult = ComparisonOutcome & {
  readonly name: string;
  readonly title: string;
  readonly layer: Layer;
  readonly needs: Need;
};

/**
 * The result of a check: no findings; findings; or incomplete: no findings, but a known member was not examined or a
 * requested part was not possible.
 */
export type AuditVerdict = 'healthy' | 'defects' | 'incomplete';

/** The examined part of a cluster. */
export interface Coverage {
  /** Hosts whose engines answered. */
  readonly examined: number;
  /** The examined hosts, hosts whose engines did not answer, and members that were not examined. */
  readonly known: number;
  /** Known members that are none of the hosts, by name or address. A node that managers have as down is a finding instead. */
  readonly unexamined: readonly string[];
  /** Features of this cluster that no comparison supports, in words. */
  readonly unsupported: readonly string[];
}

/** The report of a check. */
export interface AuditReport {
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly verdict: AuditVerdict;
  readonly diagnoses: readonly Diagnosis[];
  readonly comparisons: readonly ComparisonResult[];
  /** The examined part of the cluster. */
  readonly coverage: Coverage;
  /** Facts that are no defects, but may become the cause of one, each in a sentence. */
  readonly notes: readonly string[];
  /** The whole observation, from which pictures are drawn. */
  readonly observation: Observation;
}
