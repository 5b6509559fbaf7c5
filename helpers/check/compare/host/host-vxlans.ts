import { observedKernels } from '../../derive/kernel/expected-tables.ts';
import { vxlanPortOf } from '../../derive/vxlan-port.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { kernelOutcome } from '../kernel/kernel-outcome.ts';

/** No host has another VXLAN device with the number and port of an overlay: the kernel allows only one. */
export const hostVxlans: Comparison = {
  name: 'host-vxlans',
  title: "no other VXLAN device has an overlay's number and port",
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const kernels = observedKernels(observation);
    const known = knownNumbers(observation);
    const overlayPort = vxlanPortOf(observation);
    return kernelOutcome(
      observation,
      kernels.flatMap(({ host: { name: host }, kernel: { hostVxlans: devices = [] } }) =>
        devices
          .filter(({ port }) => port === overlayPort)
          .flatMap(({ name: device, vni, port }): Difference[] => {
            const network = known.get(vni);
            if (network === undefined) return [];
            return [
              {
                kind: 'vxlan-taken',
                where: { host, network },
                expected: null,
                observed: { device, vni, port },
                text: `${device} on ${host} has the VXLAN number ${vni} of ${network}, and its port ${port}`,
              },
            ];
          }),
      ),
      kernels.map(
        ({ host: { name }, kernel }) =>
          `${name}: ${kernel.hostVxlans?.length ?? 0} VXLAN devices that are not of an overlay`,
      ),
    );
  },
};

/** The names of all overlays by their VXLAN numbers. */
function knownNumbers({ swarm, store, hosts }: Observation): Map<number, string> {
  const networks = [...(valueOf(swarm)?.networks ?? []), ...(valueOf(store)?.networks ?? [])];
  const names = new Map(
    hosts.flatMap(({ engine }) =>
      (valueOf(engine)?.networks ?? []).map(({ id, name }) => [id, name]),
    ),
  );
  const devices = hosts.flatMap(({ kernel }) =>
    (valueOf(kernel)?.overlays ?? []).flatMap(({ idPrefix, vxlans }) => {
      const name = [...names].find(([id]) => id.startsWith(idPrefix))?.[1];
      return name === undefined ? [] : vxlans.map(({ vni }) => [vni, name] as const);
    }),
  );
  return new Map([
    ...devices,
    ...networks.flatMap(({ vnis, name }) => vnis.map((vni) => [vni, name] as const)),
  ]);
}
