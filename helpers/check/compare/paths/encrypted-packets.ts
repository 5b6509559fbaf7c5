import { type Comparison, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { EncryptedTrial } from '../../model/views/paths-view.ts';
import { valueOf, withoutValue } from '../../model/observed.ts';
import { insideOutcome } from './paths-outcome.ts';

/** Packets of encrypted networks pass between hosts as ESP. Captures record packets that leave a host in clear. */
export const encryptedPackets: Comparison = {
  name: 'encrypted-packets',
  title: 'packets of encrypted networks pass between hosts as ESP, and none in clear',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) => {
    const { encrypted = [] } = valueOf(observation.paths) ?? {};
    if ('value' in observation.paths && encrypted.length === 0) {
      const missing = 'no encrypted network has containers on two hosts that were probed';
      return skipped(withoutValue(missing, 'not-applicable'));
    }
    return insideOutcome(observation, () => ({
      differences: [...encrypted.flatMap(findClear), ...findBlocked(encrypted)],
      evidence: encrypted.map(({ network, from, to }) => `${network}: ESP from ${from} to ${to}`),
    }));
  },
};

function findClear({ network, from, to, clear }: EncryptedTrial): Difference[] {
  if (clear === undefined) return [];
  return [
    {
      kind: 'packets-in-clear',
      where: { host: from, peer: to, network },
      expected: 'ESP',
      observed: { device: clear.device, switches: clear.switches },
      text: `packets of ${network} from ${from} to ${to} leave ${clear.device} unencrypted`,
    },
  ];
}

/** All encrypted networks of two hosts share their ESP: one difference for each ordered pair. */
function findBlocked(encrypted: readonly EncryptedTrial[]): Difference[] {
  const pairs = Map.groupBy(encrypted, ({ from, to }) => JSON.stringify([from, to]));
  return [...pairs.values()].flatMap((trials): Difference[] => {
    const lost = trials.find(
      ({ answered, leftVxlan, letIn, clear }) =>
        !answered && leftVxlan && !letIn && clear === undefined,
    );
    if (lost === undefined || trials.some(({ answered }) => answered)) return [];
    const { from, to, network, reachedNic } = lost;
    return [
      {
        kind: 'esp-dead',
        where: { host: from, peer: to },
        expected: { reachedNic: true, letIn: true },
        observed: { reachedNic, letIn: false },
        text: `ESP packets of ${network} from ${from} to ${to}: ${
          reachedNic
            ? `they reach the network card of ${to}, but its firewall blocks them`
            : `they do not reach the network card of ${to}`
        }`,
      },
    ];
  });
}
