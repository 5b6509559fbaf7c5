import type { HostView } from './observation.ts';
import { whatWasSeen } from './observed.ts';

/** One end of an overlay: a running container on a host, as its own engine has it. What all other layers must agree with. */
export interface OverlayEnd {
  readonly network: string;
  readonly networkId: string;
  readonly container: string;
  readonly containerId: string;
  readonly endpointId: string;
  /** IPv4 on the overlay. */
  readonly address: string;
  readonly mac: string;
  /** The host that it is on. */
  readonly host: string;
  /** The host's address: where the others' kernels send what is for it. */
  readonly hostAddress: string | undefined;
  readonly pid: number;
}

/** All ends of all overlays that the engines themselves say they have. */
export function endsOf({
  hosts,
}: {
  readonly hosts: readonly Pick<HostView, 'name' | 'address' | 'engine'>[];
}): OverlayEnd[] {
  return hosts.flatMap(({ name: host, address: hostAddress, engine }) => {
    const view = whatWasSeen(engine);
    if (view === undefined) return [];
    const overlays = new Map(
      view.networks.filter(({ driver }) => driver === 'overlay').map((one) => [one.id, one.name]),
    );
    return view.containers
      .filter(({ status }) => status === 'running' || status === 'paused')
      .flatMap(({ id: containerId, name: container, pid, networks }) =>
        Object.values(networks).flatMap(({ networkId, endpointId, address, mac }): OverlayEnd[] => {
          const network = overlays.get(networkId);
          if (network === undefined || address === '') return [];
          const end = { container, containerId, endpointId, address, mac, pid };
          return [{ network, networkId, host, hostAddress, ...end }];
        }),
      );
  });
}
