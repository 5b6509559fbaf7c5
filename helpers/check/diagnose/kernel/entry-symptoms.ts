import type { Difference } from '../../model/difference.ts';
import { endpointsOf, type OverlayEndpoint } from '../../derive/endpoints.ts';
import type { Observation } from '../../model/observation.ts';

/** A wrong or missing entry of one kernel for one container on another host. */
export interface WrongEntry {
  readonly host: string;
  readonly endpoint: Pick<OverlayEndpoint, 'network' | 'networkId' | 'container' | 'host'>;
  /** True if the kernel takes it for a container of another host: then it drops packets from the right one. */
  readonly isMistaken: boolean;
}

/**
 * Returns the consequences. Packets from containers of that host to the container are lost, and so are answers to it:
 * nothing between the two works in either direction.
 */
export function symptomsOfEntry(
  { host, endpoint, isMistaken }: WrongEntry,
  open: readonly Difference[],
  observation: Observation,
) {
  return open.filter((difference) => {
    const { kind, where } = difference;
    if (kind === 'application-fails' || kind === 'application-without-database') {
      return isApplicationSymptom(host, endpoint, observation);
    }
    if (kind === 'tunnel-dead' && where.network === endpoint.network) {
      // The injected packet also has the MAC address of a container.
      return isMistaken && where.host === endpoint.host && where.peer === host;
    }
    if (kind !== 'container-path-dead' || where.network !== endpoint.network) return false;
    return (
      (where.host === host &&
        where.peer === endpoint.host &&
        where.towards === endpoint.container) ||
      (where.host === endpoint.host &&
        where.peer === host &&
        where.container === endpoint.container)
    );
  });
}

/** Returns true if the application is on one side and its database on the other. */
function isApplicationSymptom(
  host: string,
  endpoint: WrongEntry['endpoint'],
  observation: Observation,
): boolean {
  const { container, database } = observation.expectations.application ?? {};
  const pair = [container, database];
  const other = pair.find((name) => name !== endpoint.container);
  return (
    pair.includes(endpoint.container) &&
    endpointsOf(observation).some(
      (one) => one.networkId === endpoint.networkId && one.host === host && one.container === other,
    )
  );
}
