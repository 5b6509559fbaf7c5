import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { IsolationTrial } from '../../model/views/paths-view.ts';
import { insideOutcome } from './paths-outcome.ts';

/** Containers that have no network in common do not reach each other. */
export const isolation: Comparison = {
  name: 'isolation',
  title: 'no packet passes between unrelated overlay networks',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, (paths) => ({
      differences: paths.isolation.filter(({ arrived }) => arrived).map(describe),
      evidence: paths.isolation.map(
        ({ from, to, fromNetwork, toNetwork }) =>
          `${from.container} (${fromNetwork}) does not reach ${to.container} (${toNetwork})`,
      ),
    })),
};

function describe({ from, to, fromNetwork, toNetwork, ways }: IsolationTrial): Difference {
  return {
    kind: 'networks-joined',
    where: {
      host: from.host,
      peer: to.host,
      network: fromNetwork,
      container: from.container,
      towards: to.container,
    },
    expected: 'nothing arrives',
    observed: { network: toNetwork, ways },
    text: `${ways.join(' and ')} from ${from.container} (${fromNetwork}, ${from.host}) arrives at ${to.container} (${toNetwork}, ${to.host})`,
  };
}
