import type { Difference } from './difference.ts';
import type { Observation } from './observation.ts';
import type { Unseen, UnseenBecause } from './observed.ts';

/** What is compared with what: the layers of an audit, from what is written down to what is felt. */
export const layers = [
  'engines',
  'store',
  'networks',
  'kernel',
  'names',
  'paths',
  'application',
] as const;
export type Layer = (typeof layers)[number];

/** What a check needs to be allowed: Docker's API alone, a probe container, or one that may enter other namespaces. */
export type Need = 'api' | 'probe' | 'privileged-probe';

/** What came of a check. One that could not be done is never a pass. */
export type CheckOutcome =
  | { readonly state: 'passed'; readonly evidence: readonly string[] }
  | { readonly state: 'failed'; readonly differences: readonly Difference[] }
  | { readonly state: 'skipped'; readonly reason: string; readonly because: UnseenBecause };

/** One question put to what was observed of a cluster. A value: anybody may ask it. */
export interface Check {
  /** `kernel-forwarding` */
  readonly name: string;
  /** The fact that holds when it passes: «every host knows where each container of the others is». */
  readonly title: string;
  readonly layer: Layer;
  readonly needs: Need;
  readonly compare: (observation: Observation) => CheckOutcome;
}

/** What a check with these differences comes to; evidence says what was looked at, so that a pass is not mere silence. */
export function outcomeOf(
  differences: readonly Difference[],
  evidence: readonly string[],
): CheckOutcome {
  if (differences.length > 0) return { state: 'failed', differences };
  // A check that looked at nothing has proven nothing.
  if (evidence.length === 0) {
    return { state: 'skipped', reason: 'there was nothing to examine', because: 'inapplicable' };
  }
  return { state: 'passed', evidence };
}

/** A check whose part of the observation could not be looked at. */
export function skipped({ unseen: reason, because }: Unseen): CheckOutcome {
  return { state: 'skipped', reason, because };
}
