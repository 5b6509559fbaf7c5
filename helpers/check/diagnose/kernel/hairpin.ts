import type { Difference } from '../../model/difference.ts';
import { endsOf } from '../../derive/endpoints.ts';
import {
  type ExpectedEntry,
  heldEntry,
  hostWithDestination,
} from '../../derive/expected-tables.ts';
import type { Observation } from '../../model/observation.ts';

/**
 * What is dead because an entry leads to the host itself. What its containers send there comes back out of its own VXLAN
 * device, and teaches the bridge that they are behind that: what comes for them from other hosts is dropped until they
 * send something again.
 */
export function loopedBack(
  { host, end, tables, later = tables }: ExpectedEntry,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const { written = '' } = heldEntry(tables, end);
  if (hostWithDestination(observation, written) !== host) return [];
  const taught = new Set(
    later.vxlans.flatMap(({ forwarding }) =>
      forwarding.flatMap(({ mac, isPermanent }) => (isPermanent ? [] : [mac])),
    ),
  );
  const misplaced = endsOf(observation).filter(
    (one) => one.host === host && one.networkId === end.networkId && taught.has(one.mac),
  );
  return open.filter(
    ({ kind, where }) =>
      kind === 'container-path-dead' &&
      where.peer === host &&
      where.network === end.network &&
      misplaced.some(({ container }) => container === where.towards),
  );
}
