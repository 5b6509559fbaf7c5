import { isIPv4 } from 'node:net';
import { type OverlayEndpoint, endpointsOf } from '../endpoints.ts';
import { hostAt } from '../find-host.ts';
import type { HostView, Observation } from '../../model/observation.ts';
import type {
  ForwardingEntry,
  KernelView,
  NeighborEntry,
  OverlayTables,
} from '../../model/views/kernel-view.ts';
import { valueOf } from '../../model/observed.ts';
import { memoize } from '../memoize.ts';
import { ownAddresses } from '../own-addresses.ts';

/** The entries that one kernel must have for a container on another host. */
export interface ExpectedEntry {
  /** The host whose kernel it is. */
  readonly host: string;
  readonly endpoint: OverlayEndpoint;
  /** The destination of packets to that container: the address of its host. */
  readonly destination: string;
  readonly tables: OverlayTables;
  /** The same tables after the live probes. */
  readonly later: OverlayTables | undefined;
}

/** The entries of a table for a container. */
export interface HeldEntry {
  /** The destination in the permanent entry of the engine. */
  readonly written: string | undefined;
  /** Another port or VNI than the device's in that entry, in words. */
  readonly astray: string | undefined;
  /** The destination that the kernel learned from a packet and forgets after 300 s. */
  readonly learnt: string | undefined;
  /** The bridge's own half of a forwarding entry, which says nothing of the host. */
  readonly isHalf: boolean;
  /** The MAC address in the neighbor entry. */
  readonly neighbor: string | undefined;
}

/** A host's kernel and endpoints, where both were observed. */
export interface ObservedKernel {
  readonly host: HostView;
  readonly kernel: KernelView;
}

export function observedKernels({ hosts }: Pick<Observation, 'hosts'>): ObservedKernel[] {
  return hosts.flatMap((host) => {
    const kernel = valueOf(host.kernel);
    return kernel === undefined ? [] : [{ host, kernel }];
  });
}

/** The tables of that overlay. */
export function tablesOf(
  overlays: readonly OverlayTables[] | undefined,
  networkId: string,
): OverlayTables | undefined {
  return overlays?.find(({ idPrefix }) => networkId.startsWith(idPrefix));
}

/** A host's overlay by its name: its id, and what the kernel has of it. */
export function overlayOn(
  host: Pick<HostView, 'engine' | 'kernel'> | undefined,
  network: string,
): { readonly networkId: string; readonly tables: OverlayTables | undefined } {
  const networks = valueOf(host?.engine)?.networks ?? [];
  const networkId = networks.find(({ name }) => name === network)?.id ?? '';
  return { networkId, tables: tablesOf(valueOf(host?.kernel)?.overlays, networkId) };
}

/**
 * The entries that every kernel must have: on each host with a container on an overlay, one for each container of the other
 * hosts. Other hosts send nothing there.
 */
export const expectedEntries = memoize((observation: Observation): readonly ExpectedEntry[] => {
  const endpoints = endpointsOf(observation);
  const destinations = destinationsOf(observation);
  return observedKernels(observation).flatMap(({ host: { name: host }, kernel }) => {
    const joined = new Set(
      endpoints.filter((endpoint) => endpoint.host === host).map((endpoint) => endpoint.networkId),
    );
    return endpoints.flatMap((endpoint): ExpectedEntry[] => {
      const tables = tablesOf(kernel.overlays, endpoint.networkId);
      const destination = destinations.get(endpoint.host);
      if (endpoint.host === host || !joined.has(endpoint.networkId)) return [];
      if (tables === undefined || destination === undefined) return [];
      return [
        { host, endpoint, destination, tables, later: tablesOf(kernel.later, endpoint.networkId) },
      ];
    });
  });
});

/**
 * The address of each host for VXLAN packets: its address in the cluster or, in a swarm with `--data-path-addr`, another
 * address of the host.
 */
export const destinationsOf = memoize(({ hosts }: Observation): ReadonlyMap<string, string> => {
  const used = new Set(
    hosts.flatMap((host) =>
      (valueOf(host.kernel)?.overlays ?? []).flatMap(({ vxlans }) =>
        vxlans.flatMap(({ forwarding }) =>
          forwarding.flatMap(({ destination }) => destination ?? []),
        ),
      ),
    ),
  );
  const found = hosts.flatMap((host): [string, string][] => {
    const address = ownAddresses(host, hosts).find((one) => used.has(one));
    const destination =
      host.address !== undefined && used.has(host.address)
        ? host.address
        : (address ?? host.address);
    return destination === undefined ? [] : [[host.name, destination]];
  });
  return new Map(found);
});

/** Returns the hosts with containers whose address is unknown: no entry for these containers can be compared. */
export function hostsWithoutDestination(observation: Observation): string[] {
  const destinations = destinationsOf(observation);
  const hosts = new Set(endpointsOf(observation).map(({ host }) => host));
  return [...hosts].filter((host) => !destinations.has(host));
}

/** Returns the host with that destination address. */
export function hostWithDestination(observation: Observation, address: string): string | undefined {
  const [name] = [...destinationsOf(observation)].find(([, one]) => one === address) ?? [];
  return name ?? hostAt(observation, address)?.name;
}

/** Returns the entries for a container in these tables. */
export function heldEntry(
  { vxlans, neighbors }: OverlayTables,
  { mac, address }: Pick<OverlayEndpoint, 'mac' | 'address'>,
): HeldEntry {
  const entries = vxlans.flatMap(({ forwarding, port, vni }) =>
    forwarding.filter((one) => one.mac === mac).map((one) => ({ ...one, device: { port, vni } })),
  );
  const leading = entries.filter(leadsAway);
  const written = leading.find(({ isPermanent }) => isPermanent);
  return {
    written: written?.destination,
    astray: written === undefined ? undefined : describeAstray(written),
    learnt: leading.find(({ isPermanent }) => !isPermanent)?.destination,
    isHalf: entries.some((entry) => !leadsAway(entry)),
    neighbor: neighbors.find((one) => one.address === address && isAnswered(one))?.mac,
  };
}

function describeAstray({
  port,
  vni,
  device,
}: ForwardingEntry & { readonly device: { readonly port: number; readonly vni: number } }) {
  const other = [
    ...(port === undefined || port === device.port ? [] : [`port ${port}`]),
    ...(vni === undefined || vni === device.vni ? [] : [`VNI ${vni}`]),
  ];
  return other.length === 0 ? undefined : other.join(' and ');
}

/** Returns true if an entry points to another host, not to the bridge. */
export function leadsAway({ destination }: ForwardingEntry): boolean {
  return destination !== undefined && isIPv4(destination);
}

/** Returns true if a VXLAN device answers with this entry. Entries of the bridge are for requests of the host itself. */
export function isAnswered({ device, mac, state }: NeighborEntry): boolean {
  return device.startsWith('vxlan') && mac !== undefined && /PERMANENT|NOARP|REACHABLE/.test(state);
}

/** Returns true if the tables have no entry of an engine for the container. */
export function isUnknown({ written, neighbor }: HeldEntry): boolean {
  return written === undefined && neighbor === undefined;
}
