import { type ExpectedEntry, heldEntry, isUnknown } from './expected-tables.ts';
import type { Observation } from '../model/observation.ts';
import { whatWasSeen } from '../model/observed.ts';
import { findFullTables } from './neighbor-overflow.ts';

/**
 * Whether a kernel may be without anything of a container although nothing is wrong: its engine has not written it yet,
 * and will.
 *
 * In a key-value cluster an engine 20.10 that was started after the container learns of it only when a packet for it
 * asks: the VXLAN device tells of the miss, the engine asks the gossip, and writes both entries (`watchMiss` and
 * `resolvePeer` of libnetwork's overlay driver). In swarm mode engines are told of each container, but that takes a
 * moment. So what came while the probes were sent is not missing, and without a packet nothing shows. An entry alone,
 * without its other half, is neither of these.
 */
export function isOnlyLate(
  entry: ExpectedEntry,
  half: 'written' | 'neighbour',
  observation: Observation,
): boolean {
  const { tables, later, end } = entry;
  if (!isUnknown(heldEntry(tables, end))) return false;
  if (later !== undefined) {
    const held = heldEntry(later, end);
    if (!isUnknown(held)) return held[half] !== undefined;
  }
  return observation.kind === 'key-value' && !wasAskedFor(entry, observation);
}

/**
 * Whether a probe was sent from a container of that host to that container, and no answer came. Where the kernel had no room
 * for whom it is to ask, nobody was asked.
 */
function wasAskedFor({ host, end }: ExpectedEntry, observation: Observation): boolean {
  if (findFullTables(observation).some((one) => one.host === host)) return false;
  const trials = (whatWasSeen(observation.paths)?.trials ?? []).filter(
    ({ networkId, from, to }) =>
      networkId === end.networkId &&
      from.host === host &&
      to.host === end.host &&
      to.address === end.address,
  );
  return trials.length > 0 && !trials.some(({ answered }) => answered);
}
