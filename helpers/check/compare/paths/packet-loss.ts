import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { LossTrial } from '../../model/views/paths-view.ts';
import { insideOutcome } from './paths-outcome.ts';

/** No path between hosts loses a part of its packets. Paths that lose all packets are found by other comparisons. */
export const packetLoss: Comparison = {
  name: 'packet-loss',
  title: 'no path between hosts loses a part of its packets',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, ({ losses = [] }) => ({
      differences: losses.filter(losesSome).map(describe),
      evidence: losses.map(
        ({ network, from, to, first: { sent, lost } }) =>
          `${network}: ${sent - lost} of ${sent} packets from ${from.host} arrived on ${to.host}`,
      ),
    })),
};

/** Packets that the second series must lose: a single one is no finding. */
const LEAST = 2;

/** Returns true if a path loses a part of its packets, by both of its series. */
function losesSome({ second }: Pick<LossTrial, 'second'>): boolean {
  return second !== undefined && second.lost >= LEAST && second.lost < second.sent;
}

function describe({ network, from, to, first, second }: LossTrial): Difference {
  const { sent = 0, lost = 0, lastSeen = {} } = second ?? {};
  return {
    kind: 'packets-lost',
    where: {
      host: from.host,
      peer: to.host,
      network,
      container: from.container,
      towards: to.container,
    },
    expected: { lost: 0 },
    observed: { sent, lost, lastSeen },
    text: `${lost} of ${sent} packets from ${from.container} (${from.host}) to ${to.container} (${to.host}) in ${network} lost, and ${first.lost} of ${first.sent} before`,
  };
}
