import type { Difference } from '../../model/difference.ts';
import { endsOf } from '../../derive/endpoints.ts';
import {
  type ExpectedEntry,
  heldEntry,
  hostWithDestination,
} from '../../derive/expected-tables.ts';
import type { Observation } from '../../model/observation.ts';

/**
 * Returns the paths that fail because an entry points to the host itself. Packets that its containers send there leave its
 * own VXLAN device again and teach the bridge that these containers are behind it. Packets from other hosts to them are
 * dropped until they send again.
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
