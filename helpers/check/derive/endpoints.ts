import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import type { EngineView } from '../model/views/engine-view.ts';
import type { HostView } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';

/** An endpoint of a running container, according to its own engine: the reference for all other layers. */
export interface OverlayEndpoint {
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
  /** The address of its host, to which other kernels send its packets. */
  readonly hostAddress: string | undefined;
  readonly pid: number;
}

/** Two ends, in the direction of a trial. */
export interface EndpointPair {
  readonly from: OverlayEndpoint;
  readonly to: OverlayEndpoint;
}

/**
 * Returns all endpoints that the engines report and that did not change during the check. Endpoints of containers that were
 * stopped or restarted, or are about to stop, may be unknown elsewhere.
 */
export function endpointsOf({
  hosts,
}: {
  readonly hosts: readonly Pick<HostView, 'name' | 'address' | 'engine'>[];
}): OverlayEndpoint[] {
  return endpointsWhere(hosts, (view) => view.containers.filter((one) => !isLeaving(one, view)));
}

/**
 * Returns the endpoints between which live packets must pass. In the routing mesh of a swarm, Docker lets tasks exchange
 * nothing except ICMP.
 */
export function endpointsToProbe({
  hosts,
}: {
  readonly hosts: readonly Pick<HostView, 'name' | 'address' | 'engine'>[];
}): OverlayEndpoint[] {
  const meshes = meshIdsOf({ hosts });
  return endpointsOf({ hosts }).filter(({ networkId }) => !meshes.has(networkId));
}

/** The IDs of the routing meshes that engines list. */
export function meshIdsOf({
  hosts,
}: {
  readonly hosts: readonly Pick<HostView, 'engine'>[];
}): ReadonlySet<string> {
  const networks = hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  return new Set(networks.filter(({ ingress }) => ingress).map(({ id }) => id));
}

/** Returns true if a container was stopped or restarted while everything else was observed, or is to stop. */
export function isLeaving(
  { id, startedAt }: ContainerFacts,
  { later, stopping }: Pick<EngineView, 'later' | 'stopping'>,
): boolean {
  if (stopping?.includes(id)) return true;
  if (later === undefined) return false;
  const again = later.find((one) => one.id === id);
  return again === undefined || again.startedAt !== startedAt || !hasEndpoints(again);
}

/** Returns all endpoints that engines reported, including those of containers that started or stopped during the check. */
export function allEndpointsOf({
  hosts,
}: {
  readonly hosts: readonly Pick<HostView, 'name' | 'address' | 'engine'>[];
}): OverlayEndpoint[] {
  return endpointsWhere(hosts, (view) => [...view.containers, ...(view.later ?? [])]);
}

function endpointsWhere(
  hosts: readonly Pick<HostView, 'name' | 'address' | 'engine'>[],
  containersOf: (view: EngineView) => readonly ContainerFacts[],
): OverlayEndpoint[] {
  return hosts.flatMap(({ name: host, address: hostAddress, engine }) => {
    const view = valueOf(engine);
    if (view === undefined) return [];
    const overlays = new Map(
      view.networks.filter(({ driver }) => driver === 'overlay').map((one) => [one.id, one.name]),
    );
    return containersOf(view)
      .filter(hasEndpoints)
      .flatMap(({ id: containerId, name: container, pid, networks }) =>
        Object.values(networks).flatMap(
          ({ networkId, endpointId, address, mac }): OverlayEndpoint[] => {
            const network = overlays.get(networkId);
            if (network === undefined || address === '') return [];
            const endpoint = { container, containerId, endpointId, address, mac, pid };
            return [{ network, networkId, host, hostAddress, ...endpoint }];
          },
        ),
      );
  });
}

function hasEndpoints({ status }: ContainerFacts): boolean {
  return status === 'running' || status === 'paused';
}
