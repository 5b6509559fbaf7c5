import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { ManagerTrial } from '../../model/views/paths-view.ts';
import { pathsOutcome } from '../paths/paths-outcome.ts';

/** Every host of a swarm reaches the port at which managers take their workers' words: 2377. */
export const managers: Comparison = {
  name: 'managers',
  title: 'every host reaches the port of every manager',
  layer: 'paths',
  needs: 'probe',
  compare: (observation) =>
    pathsOutcome(observation, (paths) => ({
      differences: paths.managers.filter(({ answered }) => !answered).map(describe),
      evidence: paths.managers.map(({ from, to, port }) => `${port}/tcp: ${to} accepts ${from}`),
    })),
};

function describe({ from, to, port, error }: ManagerTrial): Difference {
  return {
    kind: 'manager-path-dead',
    where: { host: from, peer: to },
    expected: { port, answered: true },
    observed: { port, answered: false, error },
    text: `${port}/tcp from ${from} to the manager ${to}: ${error ?? 'no connection'}`,
  };
}
