import { type CheckOutcome, outcomeOf, skipped } from '../../model/check.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { PathsView } from '../../model/paths-view.ts';
import { unseen } from '../../model/observed.ts';

/** Returns the outcome of a comparison of packets between containers; skipped if probes may not enter them. */
export function insideOutcome(
  observation: Pick<Observation, 'paths'>,
  compare: Compare,
): CheckOutcome {
  const { paths } = observation;
  if ('seen' in paths && paths.seen.outside !== undefined) return skipped(paths.seen.outside);
  return pathsOutcome(observation, compare);
}

type Compare = (paths: PathsView) => {
  readonly differences: readonly Difference[];
  readonly evidence: readonly string[];
};

/** Returns the outcome of a comparison of live probes. With trials that could not be made, it cannot pass. */
export function pathsOutcome(
  { paths }: Pick<Observation, 'paths'>,
  compare: Compare,
): CheckOutcome {
  if ('unseen' in paths) return skipped(paths);
  const { differences, evidence } = compare(paths.seen);
  const { unentered = [] } = paths.seen;
  const untried = [
    ...paths.seen.untried,
    ...unentered.map(({ container, why }) => `${container}: ${why}`),
  ];
  if (differences.length === 0 && untried.length > 0) return skipped(unseen(untried.join('; ')));
  return outcomeOf(differences, evidence);
}
