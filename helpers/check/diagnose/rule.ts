import type { Diagnosis } from '../model/diagnosis.ts';
import type { Difference } from '../model/difference.ts';
import type { Observation } from '../model/observation.ts';

/**
 * Recognizes one cause. A rule receives the differences that no earlier rule has explained, and explains some of them:
 * evidence of its findings, and consequences.
 */
export interface Rule {
  readonly name: string;
  readonly explain: (open: readonly Difference[], observation: Observation) => readonly Diagnosis[];
}
