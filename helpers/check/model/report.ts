import type { CheckOutcome, Layer, Need } from './check.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Observation } from './observation.ts';

/** A check and what came of it. */
export type CheckResult = CheckOutcome & {
  readonly name: string;
  readonly title: string;
  readonly layer: Layer;
  readonly needs: Need;
};

/**
 * What an audit comes to: nothing is wrong; something is; or nothing was found, but something that was wanted could not
 * be looked at, a known member of the cluster among it.
 */
export type AuditVerdict = 'healthy' | 'defects' | 'incomplete';

/** How much of a cluster an audit has examined. */
export interface Coverage {
  /** Hosts whose engines answered. */
  readonly examined: number;
  /** Those, hosts whose engines did not answer, and members that were not examined. */
  readonly known: number;
  /** Known members that are none of the hosts, by name or address. A node that managers have as down is a finding instead. */
  readonly unexamined: readonly string[];
  /** Parts of this cluster that no check supports, in words. */
  readonly unsupported: readonly string[];
}

/** What an audit found. */
export interface AuditReport {
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly verdict: AuditVerdict;
  readonly diagnoses: readonly Diagnosis[];
  readonly checks: readonly CheckResult[];
  /** How much of the cluster was examined, and what was not. */
  readonly coverage: Coverage;
  /** All that was seen: what pictures and matrices are drawn from. */
  readonly observation: Observation;
}
