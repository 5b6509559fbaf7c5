import type { BalancerTables } from '../model/views/balancing-view.ts';
import type { EncryptionTables } from '../model/views/encryption-view.ts';
import type {
  FirewallRule,
  ForwardingEntry,
  NeighborEntry,
  RouteView,
} from '../model/views/kernel-view.ts';
import type { TracePlace } from '../model/trace.ts';
import type { ReadLink } from '../observe/kernel/ip-answers.ts';
import type { OrderedHop } from './order-records.ts';
import { addressesOfLink } from '../derive/own-addresses.ts';
import { isInside } from '../derive/ranges.ts';

/** The number of an interface, and of its other half. */
export interface LinkNumber {
  readonly name: string;
  readonly mac: string;
  readonly index: number;
  readonly peer: number | undefined;
}

/** The tables of one namespace, as far as they decide the path of packets. */
export interface PlaceTables {
  readonly place: TracePlace;
  readonly links: readonly ReadLink[];
  /** The interfaces by their numbers: a veth device has the number of its other half in its namespace. */
  readonly numbers: readonly LinkNumber[];
  readonly routes: readonly RouteView[];
  readonly neighbors: readonly NeighborEntry[];
  /** The entries of bridges and VXLAN devices; none except in overlays. */
  readonly forwarding: readonly (ForwardingEntry & { readonly device: string })[];
  /** The tables of a load balancer. */
  readonly balancer: BalancerTables | undefined;
  /** The rules of a host or container that rewrite the destination: `-A DOCKER … -j DNAT --to-destination …`. */
  readonly nat: readonly string[];
  /** The entries of a host that encrypt overlays. */
  readonly encryption: EncryptionTables | undefined;
  /** The rules of a host that drop overlay traffic; undefined if they were not read. */
  readonly firewall: readonly FirewallRule[] | undefined;
  /** Rules of a container that drop packets: `-A INPUT -j DROP`; undefined if they were not read. */
  readonly drops: readonly string[] | undefined;
}

/** The tables of all namespaces of a trace. */
export class TraceTables {
  readonly #all: readonly PlaceTables[];

  constructor(all: readonly PlaceTables[]) {
    this.#all = all;
  }

  /** The tables of that namespace. */
  of({ host, kind, name }: Pick<TracePlace, 'host' | 'kind' | 'name'>): PlaceTables | undefined {
    return this.#all.find(
      ({ place }) => place.host === host && place.kind === kind && place.name === name,
    );
  }

  /** The tables of all overlays on that host. */
  overlaysOn(host: string): readonly PlaceTables[] {
    return this.#all.filter(({ place }) => place.kind === 'overlay' && place.host === host);
  }

  /** The tables of the namespace on that host with the packet's source address. */
  senderOf({ place: { host }, source }: Pick<OrderedHop, 'place' | 'source'>) {
    return this.#all.find(
      ({ place, links }) =>
        place.host === host && links.some(({ link }) => addressesOfLink(link).includes(source)),
    );
  }

  /** The port of an overlay's bridge that leads to the interface with that MAC address; undefined if it is not known. */
  portTo(mac: string, { place: { host }, numbers }: PlaceTables): string | undefined {
    const owners = this.#all.filter(
      ({ place }) => place.host === host && place.kind !== 'host' && place.kind !== 'overlay',
    );
    const link = owners.flatMap((one) => one.numbers).find((one) => one.mac === mac);
    return link && numbers.find(({ index }) => index === link.peer)?.name;
  }

  /** The tables of the network's namespace on that host. */
  overlay(host: string, networkId: string | undefined): PlaceTables | undefined {
    return this.#all.find(
      ({ place }) =>
        place.kind === 'overlay' && place.host === host && place.networkId === networkId,
    );
  }
}

/** Returns the route for an address: that of the smallest range. */
export function routeFor(routes: readonly RouteView[], address: string): RouteView | undefined {
  const matching = routes.filter(
    ({ destination }) => destination === 'default' || isInside(address, destination),
  );
  return matching.toSorted((one, other) => lengthOf(other) - lengthOf(one))[0];
}

function lengthOf({ destination }: RouteView): number {
  return destination === 'default' ? 0 : Number(destination.split('/')[1] ?? 32);
}
