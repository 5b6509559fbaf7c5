import { isIPv4 } from 'node:net';
import { type OverlayEnd, endsOf } from './endpoints.ts';
import { hostAt } from './find-host.ts';
import type { HostView, Observation } from '../model/observation.ts';
import type {
  ForwardingEntry,
  KernelView,
  NeighbourEntry,
  OverlayTables,
} from '../model/kernel-view.ts';
import { whatWasSeen } from '../model/observed.ts';
import { onceFor } from './memoize.ts';
import { ownAddresses } from './own-addresses.ts';

/** What one host's kernel must hold of a container on another host, and where it would be. */
export interface ExpectedEntry {
  /** The host whose kernel it is. */
  readonly host: string;
  readonly end: OverlayEnd;
  /** Where it sends what is for that container: the address of the container's host. */
  readonly destination: string;
  readonly tables: OverlayTables;
  /** The same tables after the live probes. */
  readonly later: OverlayTables | undefined;
}

/** What a table holds of a container. */
export interface HeldEntry {
  /** Where it is sent to, as the engine wrote it. */
  readonly written: string | undefined;
  /** That it is sent there to another port, or under another number, than the device's own: in words. */
  readonly astray: string | undefined;
  /** Where it is sent to for as long as a packet that came from there is not forgotten: 300 s. */
  readonly learnt: string | undefined;
  /** The bridge's own half of a forwarding entry, which says nothing of the host. */
  readonly isHalf: boolean;
  /** What is answered to containers that ask for its address. */
  readonly neighbour: string | undefined;
}

/** A host's kernel and its ends, as far as both were seen. */
export interface SeenKernel {
  readonly host: HostView;
  readonly kernel: KernelView;
}

export function seenKernels({ hosts }: Pick<Observation, 'hosts'>): SeenKernel[] {
  return hosts.flatMap((host) => {
    const kernel = whatWasSeen(host.kernel);
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
  const networks = whatWasSeen(host?.engine)?.networks ?? [];
  const networkId = networks.find(({ name }) => name === network)?.id ?? '';
  return { networkId, tables: tablesOf(whatWasSeen(host?.kernel)?.overlays, networkId) };
}

/**
 * What every kernel must hold: on each host that has a container on an overlay, an entry for each container of the other
 * hosts. A host without one has nothing to send there.
 */
export const expectedEntries = onceFor((observation: Observation): readonly ExpectedEntry[] => {
  const ends = endsOf(observation);
  const destinations = destinationsOf(observation);
  return seenKernels(observation).flatMap(({ host: { name: host }, kernel }) => {
    const joined = new Set(ends.filter((end) => end.host === host).map((end) => end.networkId));
    return ends.flatMap((end): ExpectedEntry[] => {
      const tables = tablesOf(kernel.overlays, end.networkId);
      const destination = destinations.get(end.host);
      if (end.host === host || !joined.has(end.networkId)) return [];
      if (tables === undefined || destination === undefined) return [];
      return [{ host, end, destination, tables, later: tablesOf(kernel.later, end.networkId) }];
    });
  });
});

/**
 * Where each host gets what is an overlay's: at the address that the other hosts know it by, or, if a swarm was given
 * another way for its data (`--data-path-addr`), at another one of its own that kernels send to.
 */
const destinationsOf = onceFor(({ hosts }: Observation): ReadonlyMap<string, string> => {
  const used = new Set(
    hosts.flatMap((host) =>
      (whatWasSeen(host.kernel)?.overlays ?? []).flatMap(({ vxlans }) =>
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

/** The host that gets what is sent there. */
export function hostWithDestination(observation: Observation, address: string): string | undefined {
  const [name] = [...destinationsOf(observation)].find(([, one]) => one === address) ?? [];
  return name ?? hostAt(observation, address)?.name;
}

/** What these tables hold of a container. */
export function heldEntry(
  { vxlans, neighbours }: OverlayTables,
  { mac, address }: Pick<OverlayEnd, 'mac' | 'address'>,
): HeldEntry {
  const entries = vxlans.flatMap(({ forwarding, port, vni }) =>
    forwarding.filter((one) => one.mac === mac).map((one) => ({ ...one, device: { port, vni } })),
  );
  const leading = entries.filter(leadsAway);
  const written = leading.find(({ isPermanent }) => isPermanent);
  return {
    written: written?.destination,
    astray: written === undefined ? undefined : tellAstray(written),
    learnt: leading.find(({ isPermanent }) => !isPermanent)?.destination,
    isHalf: entries.some((entry) => !leadsAway(entry)),
    neighbour: neighbours.find((one) => one.address === address && isAnswered(one))?.mac,
  };
}

function tellAstray({
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

/** Whether an entry sends to another host: to an address, rather than to the bridge. */
export function leadsAway({ destination }: ForwardingEntry): boolean {
  return destination !== undefined && isIPv4(destination);
}

/** Whether a VXLAN device answers with it. What is asked on the bridge itself is the host's own question. */
export function isAnswered({ device, mac, state }: NeighbourEntry): boolean {
  return device.startsWith('vxlan') && mac !== undefined && /PERMANENT|NOARP|REACHABLE/.test(state);
}

/** Whether it holds nothing of that container that an engine has written. */
export function isUnknown({ written, neighbour }: HeldEntry): boolean {
  return written === undefined && neighbour === undefined;
}
