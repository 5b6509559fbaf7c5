import { hostAt } from '../../derive/find-host.ts';
import { lostQuorumOf, managerNodes, unreachableManagers } from '../../derive/swarm-managers.ts';
import { isSuperseded } from '../../derive/coverage.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { onlyInSwarms } from './only-in-swarms.ts';

/** The managers of a swarm have a leader, and reach each other: without a majority, nothing in the swarm can change. */
export const swarmQuorum: Comparison = {
  name: 'swarm-quorum',
  title: 'the swarm has a leader, and reaches its managers',
  layer: 'engines',
  needs: 'api',
  compare: onlyInSwarms((observation) => {
    const leaderless = describeLeaderless(observation);
    if (leaderless !== undefined) return outcomeOf([leaderless], []);
    const { swarm } = observation;
    if (!('value' in swarm)) return skipped(swarm);
    const { manager: asked, nodes } = swarm.value;
    const unreachable = unreachableManagers(swarm.value).filter(
      (node) => !isSuperseded(node, nodes),
    );
    return outcomeOf(
      unreachable.map(({ hostname, address, manager }): Difference => {
        const host = hostAt(observation, address)?.name ?? hostname;
        return {
          kind: 'manager-unreachable',
          where: { host },
          expected: 'reachable',
          observed: { address: manager?.address ?? '' },
          text: `the manager on ${asked} does not reach the manager ${host} (${manager?.address ?? address})`,
        };
      }),
      managerNodes(nodes).map(
        ({ hostname, manager }) =>
          `${hostname} is a reachable manager${manager?.leader === true ? ', the leader' : ''}`,
      ),
    );
  }),
};

function describeLeaderless(observation: Observation): Difference | undefined {
  const lost = lostQuorumOf(observation);
  if (lost === undefined) return undefined;
  const { managers, unreachable, manager, error } = lost;
  return {
    kind: 'leader-missing',
    where: {},
    expected: 'a leader, which more than half of the managers elect',
    observed: { managers, unreachable: unreachable ?? null, error },
    text:
      unreachable === undefined
        ? `the swarm has no leader, says its manager on ${manager}: too few of the managers ${managers.join(', ')} are connected`
        : `the manager on ${manager} does not reach ${unreachable.join(' and ')}: too few of ${managers.length} managers to elect a leader`,
  };
}
