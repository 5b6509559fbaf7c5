import { type ExpectedEntry, heldEntry, isUnknown } from './expected-tables.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { findFullTables } from './neighbor-overflow.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/**
 * Returns true if a missing entry is only pending: the engine has not written it yet.
 *
 * In a key-value cluster, an engine 20.10 that started after the container learns about it from the first packet: the VXLAN
 * device reports the miss, the engine queries the gossip and writes both entries (`watchMiss` and `resolvePeer` of
 * libnetwork's overlay driver). In swarm mode, engines are notified of each container, which takes a moment. So an entry
 * that appears during the probes is not missing, and without a packet nothing is known. An entry without its other half is
 * neither of these cases.
 */
export function isPending(
  entry: ExpectedEntry,
  half: 'written' | 'neighbor',
  observation: Observation,
): boolean {
  const { tables, later, endpoint } = entry;
  if (!isUnknown(heldEntry(tables, endpoint))) return false;
  if (later !== undefined) {
    const held = heldEntry(later, endpoint);
    if (!isUnknown(held)) return held[half] !== undefined;
  }
  return traitsOf(observation).hasStore && !wasProbed(entry, observation);
}

/**
 * Returns true if a probe sent a packet from a container of that host to that container without an answer. With a full
 * neighbor table, no packet was sent.
 */
function wasProbed({ host, endpoint }: ExpectedEntry, observation: Observation): boolean {
  if (findFullTables(observation).some((one) => one.host === host)) return false;
  const trials = (valueOf(observation.paths)?.trials ?? []).filter(
    ({ networkId, from, to }) =>
      networkId === endpoint.networkId &&
      from.host === host &&
      to.host === endpoint.host &&
      to.address === endpoint.address,
  );
  return trials.length > 0 && !trials.some(({ answered }) => answered);
}
