import type { Difference } from './difference.ts';
import type { Observation } from './observation.ts';
import type { Missing, MissingBecause } from './observed.ts';

/** The layers of a check, from recorded state to symptoms. */
export const layers = [
  'engines',
  'keystore',
  'networks',
  'kernel',
  'services',
  'names',
  'paths',
  'application',
] as const;
export type Layer = (typeof layers)[number];

/**
 * The permission that a comparison needs: Docker's API alone, a probe container, or a probe that may enter other
 * namespaces.
 */
export type Need = 'api' | 'probe' | 'privileged-probe';

/** The outcome of a comparison. A comparison that could not run never passes. */
export type ComparisonOutcome =
  | { readonly state: 'passed'; readonly evidence: readonly string[] }
  | { readonly state: 'failed'; readonly differences: readonly Difference[] }
  | { readonly state: 'skipped'; readonly reason: string; readonly because: MissingBecause };

/** One comparison of observed values, as a plain value. */
export interface Comparison {
  /** `kernel-forwarding` */
  readonly name: string;
  /** The fact that is true when it passes: "every host knows the host of each container". */
  readonly title: string;
  readonly layer: Layer;
  readonly needs: Need;
  readonly compare: (observation: Observation) => ComparisonOutcome;
}

/** Returns the outcome of a comparison with these differences. Evidence lists the compared values, so that a pass is proven. */
export function outcomeOf(
  differences: readonly Difference[],
  evidence: readonly string[],
): ComparisonOutcome {
  if (differences.length > 0) return { state: 'failed', differences };
  // A comparison without values proves nothing.
  if (evidence.length === 0) {
    return { state: 'skipped', reason: 'no values to compare', because: 'not-applicable' };
  }
  return { state: 'passed', evidence };
}

/** Returns the outcome of a comparison without an observed part. */
export function skipped({ missing: reason, because }: Missing): ComparisonOutcome {
  return { state: 'skipped', reason, because };
}
