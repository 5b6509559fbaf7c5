import type { Observation } from '../model/observation.ts';
import { USUAL_VXLAN_PORT } from '../model/views/kernel-view.ts';
import { valueOf } from '../model/observed.ts';

/** Returns the data path port of a cluster: the port of most VXLAN devices. */
export function vxlanPortOf({
  hosts,
}: {
  readonly hosts: readonly Pick<Observation['hosts'][number], 'kernel'>[];
}): number {
  const ports = hosts.flatMap(({ kernel }) =>
    (valueOf(kernel)?.overlays ?? []).flatMap(({ vxlans }) => vxlans.map(({ port }) => port)),
  );
  const [most] = [...Map.groupBy(ports, (port) => port).values()].toSorted(
    (one, other) => other.length - one.length,
  );
  return most?.[0] ?? USUAL_VXLAN_PORT;
}
