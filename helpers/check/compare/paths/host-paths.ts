import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { PathsView, Trial } from '../../model/views/paths-view.ts';
import { pathsOutcome } from './paths-outcome.ts';

/**
 * Something gets from every host to every other. An echo that is not answered alone is no defect: many a network does not
 * let ICMP through, and no overlay needs it.
 */
export const hostPaths: Comparison = {
  name: 'host-paths',
  title: 'packets pass from every host to every other',
  layer: 'paths',
  needs: 'probe',
  compare: (observation) =>
    pathsOutcome(observation, (paths) => {
      const tried = paths.hostTrials.filter(({ protocol }) => protocol === 'icmp');
      return {
        differences: tried.filter((trial) => !hasAnyPassed(trial, paths)).map(describe),
        evidence: tried.map(
          ({ from, to, answered }) =>
            `${from.host} to ${to.host}: ${answered ? 'ICMP echo answered' : 'ICMP echo not answered, other packets arrive'}`,
        ),
      };
    }),
};

function hasAnyPassed(echo: Trial, { gossip, tunnels, trials, managers }: PathsView): boolean {
  const [from, to] = [echo.from.host, echo.to.host];
  const isBetween = (one: { from: string; to: string }) => one.from === from && one.to === to;
  return (
    echo.answered ||
    gossip.some((one) => isBetween(one) && (one.answered || one.letIn)) ||
    managers.some((one) => isBetween(one) && one.answered) ||
    tunnels.some((one) => isBetween(one) && one.letIn) ||
    trials.some((one) => one.from.host === from && one.to.host === to && one.arrived)
  );
}

function describe({ from, to, arrived }: Trial): Difference {
  const [host, peer] = [from.host, to.host];
  return {
    kind: 'host-path-dead',
    where: { host, peer },
    expected: 'packets arrive',
    observed: { reachedNic: arrived, letIn: false },
    text: arrived
      ? `packets from ${host} reach the network card of ${peer} (${to.address}), but its firewall blocks all of them`
      : `no packets from ${host} reach ${peer} (${to.address}): no ICMP echo, no gossip, no VXLAN`,
  };
}
