import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { answeringHosts } from './answering-hosts.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** The engines are in a cluster at all. */
export const enginesClustered: Comparison = {
  name: 'engines-clustered',
  title: 'the engines form a cluster',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    const { kind } = observation;
    if (traitsOf({ kind }).isCluster) return outcomeOf([], [`cluster kind: ${kind}`]);
    const loners = answeringHosts(observation).map(
      ({ host: { name } }): Difference => ({
        kind: 'engine-not-member',
        where: { host: name },
        expected: 'in a key-value cluster or in a swarm',
        observed: 'in neither',
        text: `the engine of ${name} is not in a swarm and has no key-value store`,
      }),
    );
    return outcomeOf(loners, []);
  },
};
