import type { Diagnosis } from '../model/diagnosis.ts';
import type { Difference } from '../model/difference.ts';
import type { Observation } from '../model/observation.ts';

/**
 * What one kind of difference means. A rule is shown the differences that no earlier rule has explained, and explains
 * some of them: those that prove its diagnosis, and those that are there only because of it.
 */
export interface Rule {
  readonly name: string;
  readonly explain: (open: readonly Difference[], observation: Observation) => readonly Diagnosis[];
}
