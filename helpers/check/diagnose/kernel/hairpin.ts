import type { Difference } from '../../model/difference.ts';
import { endpointsOf } from '../../derive/endpoints.ts';
import {
  type ExpectedEntry,
  heldEntry,
  hostWithDestination,
} from '../../derive/kernel/expected-tables.ts';
import type { Observation } from '../../model/observation.ts';

/**
 * Returns the paths that fail because an entry points to the host itself. Packets that its containers send there leave its
 * own VXLAN device again and teach the bridge that these containers are behind it. Packets from other hosts to them are
 * dropped until they send again.
 */
export function hairpinSymptoms(
  { host, endpoint, tables, later = tables }: ExpectedEntry,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const { written = '' } = heldEntry(tables, endpoint);
  if (hostWithDestination(observation, written) !== host) return [];
  const taught = new Set(
    later.vxlans.flatMap(({ forwarding }) =>
      forwarding.flatMap(({ mac, isPermanent }) => (isPermanent ? [] : [mac])),
    ),
  );
  const misplaced = endpointsOf(observation).filter(
    (one) => one.host === host && one.networkId === endpoint.networkId && taught.has(one.mac),
  );
  return open.filter(
    ({ kind, where }) =>
      kind === 'container-path-dead' &&
      where.peer === host &&
      where.network === endpoint.network &&
      misplaced.some(({ container }) => container === where.towards),
  );
}
