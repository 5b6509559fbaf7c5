import { describe, expect, test } from 'vitest';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import { gossipNotConverged } from '../../../../helpers/check/diagnose/members/gossip-not-converged.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { GossipTrial } from '../../../../helpers/check/model/views/paths-view.ts';
import { hostOf, observationOf } from '../observation.ts';

const hosts = Array.from({ length: 48 }, (_, index) => `host-${index}`);
const alone = 'host-5';

/** The host and the others do not know each other. */
const unaware = hosts
  .filter((name) => name !== alone)
  .flatMap((name) => [
    { host: alone, peer: name },
    { host: name, peer: alone },
  ])
  .map((where): Difference => {
    return { kind: 'gossip-unaware', where, expected: 'alive', observed: null, text: 'unaware' };
  });

/** An observation in which each host sent packets to the next 10; the firewall of one host blocks them, or none. */
function sampled(blocked?: string) {
  const gossip = hosts.flatMap((from, index) =>
    Array.from({ length: 10 }, (_, step): GossipTrial => {
      const to = hosts[(index + step + 1) % hosts.length] ?? '';
      const passes = to !== blocked;
      const common = { from, to, transport: 'tcp', seen: undefined, error: undefined } as const;
      return { ...common, answered: passes, arrived: true, letIn: passes };
    }),
  );
  const paths = withValue({
    gossip,
    hostTrials: [],
    managers: [],
    tunnels: [],
    trials: [],
    isolation: [],
    checksumErrors: [],
    untried: [],
    pairs: { all: 0, probed: 0 },
  });
  return observationOf({ hosts: hosts.map((name) => hostOf(name)), paths });
}

describe('An engine that has never joined the gossip of a large cluster', () => {
  test('is one finding with all other hosts, although few sent packets to it', () => {
    expect(diagnoseDifferences(unaware, sampled(), [gossipNotConverged])).toMatchObject([
      { code: 'engine-not-clustered', where: { host: alone }, evidence: unaware },
    ]);
  });

  test('is none if its firewall blocks gossip', () => {
    expect(diagnoseDifferences(unaware, sampled(alone), [gossipNotConverged])).not.toContainEqual(
      expect.objectContaining({ where: { host: alone }, evidence: unaware }),
    );
  });
});
