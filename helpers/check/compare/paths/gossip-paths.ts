import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { GossipTrial } from '../../model/views/paths-view.ts';
import { pathsOutcome } from './paths-outcome.ts';

/** Every engine is reached from every other host where engines tell each other of ends: 7946, over TCP and UDP. */
export const gossipPaths: Comparison = {
  name: 'gossip-paths',
  title: 'every host reaches the gossip of every other engine, over TCP and UDP',
  layer: 'paths',
  needs: 'probe',
  compare: (observation) =>
    pathsOutcome(observation, ({ gossip }) => ({
      differences: gossip.filter(isDead).map(describe),
      evidence: gossip.filter((one) => !isUnknown(one)).map(describeSuccess),
    })),
};

/** Returns true if a trial has no outcome: no packet in time, and no port to connect to. */
function isUnknown({ answered, seen, error }: GossipTrial): boolean {
  return !answered && seen === undefined && error === undefined;
}

function isDead(trial: GossipTrial): boolean {
  return !trial.answered && trial.seen !== true && !isUnknown(trial);
}

function describeSuccess({ from, to, transport, answered }: GossipTrial): string {
  const how = answered ? 'answers' : 'receives packets of the engine';
  return `7946/${transport}: ${to} ${how} ${answered ? from : `from ${from}`}`;
}

function describe({ from, to, transport, arrived, letIn, error }: GossipTrial): Difference {
  return {
    kind: 'gossip-path-dead',
    where: { host: from, peer: to },
    expected: { transport, port: 7946, answered: true },
    observed: { transport, port: 7946, answered: false, arrived, letIn, error },
    text: `7946/${transport} from ${from} to ${to}: ${fateOf({ from, to, arrived, letIn })}${describeError(error)}`,
  };
}

function describeError(error: string | undefined): string {
  return error === undefined || error.startsWith('no ') ? '' : ` (${error})`;
}

function fateOf({
  from,
  to,
  arrived,
  letIn,
}: Pick<GossipTrial, 'from' | 'to' | 'arrived' | 'letIn'>): string {
  if (letIn) return `packets from ${from} pass the firewall of ${to}, but no answer comes`;
  if (arrived)
    return `packets from ${from} reach the network card of ${to}, but its firewall blocks them`;
  return `packets from ${from} do not reach ${to}`;
}
