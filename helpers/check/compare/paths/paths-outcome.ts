import { type ComparisonOutcome, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { lostNetworks } from '../../derive/lost-networks.ts';
import type { Observation } from '../../model/observation.ts';
import type { PathsView } from '../../model/views/paths-view.ts';
import { withoutValue } from '../../model/observed.ts';

/**
 * Returns the outcome of a comparison of packets between containers; skipped if probes may not enter them, or if
 * their networks are lost.
 */
export function insideOutcome(observation: Observation, compare: Compare): ComparisonOutcome {
  const { paths } = observation;
  if ('value' in paths && paths.value.outside !== undefined) return skipped(paths.value.outside);
  const outcome = pathsOutcome(observation, compare);
  const lost = lostNetworks(observation);
  return outcome.state === 'failed' || lost === undefined ? outcome : skipped(lost);
}

type Compare = (paths: PathsView) => {
  readonly differences: readonly Difference[];
  readonly evidence: readonly string[];
};

/** Returns the outcome of a comparison of live probes. With trials that could not be made, it cannot pass. */
export function pathsOutcome(
  { paths }: Pick<Observation, 'paths'>,
  compare: Compare,
): ComparisonOutcome {
  if ('missing' in paths) return skipped(paths);
  const { differences, evidence } = compare(paths.value);
  const { unentered = [] } = paths.value;
  const untried = [
    ...paths.value.untried,
    ...unentered.map(({ container, why }) => `${container}: ${why}`),
  ];
  if (differences.length === 0 && untried.length > 0)
    return skipped(withoutValue(untried.join('; ')));
  return outcomeOf(differences, evidence);
}
