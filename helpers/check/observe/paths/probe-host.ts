import type { OverlayEnd } from '../../derive/endpoints.ts';
import { type Namespace, wordOf } from '../../probe/namespace.ts';
import type { Listener, Packets } from '../../probe/packets.ts';
import type { Probe } from '../../probe/probe.ts';

/** A host from which trials are sent, and at which they come. */
export interface Station {
  readonly host: string;
  /** Where the other hosts find it. */
  readonly address: string | undefined;
  /** All of its own: by its routes, what it sends may come from any of them. */
  readonly addresses: readonly string[];
  readonly probe: Probe;
  readonly packets: Packets;
  readonly vxlanPort: number;
  /** By the namespace's word: what listens there, or why nothing does. */
  readonly listeners: ReadonlyMap<string, Listener | { readonly error: string }>;
}

/** What is known of a host before its station is opened. */
export interface StationPlan {
  readonly host: string;
  readonly address: string | undefined;
  readonly addresses: readonly string[];
  readonly probe: Probe;
  readonly vxlanPort: number;
  /** By what the ids of its trials begin. */
  readonly run: string;
  /** Ends on this host that trials are sent from, or to. */
  readonly ends: readonly OverlayEnd[];
}

/** Opens what listens and looks on a host: in its own namespace, in its overlays', in its containers'. */
export async function openStation(plan: StationPlan): Promise<Station> {
  const { host, address, addresses, probe, vxlanPort, ends, run } = plan;
  const { packets } = probe;
  await packets.expect(run);
  const containers = [...new Set(ends.map(({ pid }) => pid))].map((pid) => ({ pid }));
  const overlays = [...new Set(ends.map(({ networkId }) => networkId))].map((overlay) => ({
    overlay,
  }));
  // A namespace that cannot be looked into shows by what is not seen there; the trials are made all the same.
  await packets.capture(vxlanPort, ['host', ...overlays, ...containers]);
  const places: readonly Namespace[] = ['host', ...containers];
  const opened = await packets.listen(places);
  const listeners = new Map(
    places.flatMap((place, index) => {
      const listener = opened[index];
      return listener === undefined ? [] : [[wordOf(place), listener] as const];
    }),
  );
  return { host, address, addresses, probe, packets, vxlanPort, listeners };
}

/** What listens in that namespace of the station; an error says why nothing does. */
export function listenerAt(station: Station, namespace: Namespace): Listener | { error: string } {
  const nothing = { error: `no probe listens in ${wordOf(namespace)} of ${station.host}` };
  return station.listeners.get(wordOf(namespace)) ?? nothing;
}

/** The interface of the listener's namespace with that address. */
export function linkOf(
  { links }: Listener,
  address: string,
): Listener['links'][number] | undefined {
  return links.find((link) => link.address === address);
}
