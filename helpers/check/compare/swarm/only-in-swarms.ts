import { traitsOf } from '../../model/cluster-traits.ts';
import { type Comparison, skipped } from '../../model/comparison.ts';

/** Returns a comparison that is skipped in a cluster without managers. */
export function onlyInSwarms(compare: Comparison['compare']): Comparison['compare'] {
  return (observation) =>
    traitsOf(observation).hasManagers
      ? compare(observation)
      : skipped({ missing: 'the cluster is not a swarm', because: 'not-applicable' });
}
