import type { Difference } from '../../model/difference.ts';
import { endsOf, type OverlayEnd } from '../../derive/endpoints.ts';
import type { Observation } from '../../model/observation.ts';

/** A wrong or missing entry of one kernel for one container on another host. */
export interface Cut {
  readonly host: string;
  readonly end: Pick<OverlayEnd, 'network' | 'networkId' | 'container' | 'host'>;
  /** Tells if the kernel takes it for a container of another host: then it drops packets from the right one. */
  readonly isMistaken: boolean;
}

/**
 * Returns the consequences. Packets from containers of that host to the container are lost, and so are answers to it:
 * nothing between the two works in either direction.
 */
export function cutBy(
  { host, end, isMistaken }: Cut,
  open: readonly Difference[],
  observation: Observation,
) {
  return open.filter((difference) => {
    const { kind, where } = difference;
    if (kind === 'application-fails' || kind === 'application-without-database') {
      return isApplicationCut(host, end, observation);
    }
    if (kind === 'tunnel-dead' && where.network === end.network) {
      // The injected packet also has the MAC address of a container.
      return isMistaken && where.host === end.host && where.peer === host;
    }
    if (kind !== 'container-path-dead' || where.network !== end.network) return false;
    return (
      (where.host === host && where.peer === end.host && where.towards === end.container) ||
      (where.host === end.host && where.peer === host && where.container === end.container)
    );
  });
}

/** Tells if the application is on one side and its database on the other. */
function isApplicationCut(host: string, end: Cut['end'], observation: Observation): boolean {
  const { container, database } = observation.expectations.application ?? {};
  const pair = [container, database];
  const other = pair.find((name) => name !== end.container);
  return (
    pair.includes(end.container) &&
    endsOf(observation).some(
      (one) => one.networkId === end.networkId && one.host === host && one.container === other,
    )
  );
}
