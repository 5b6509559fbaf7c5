import type { OverlayEndpoint } from '../../../derive/endpoints.ts';
import { type Namespace, wordOf } from '../../../probe/namespace.ts';
import type { Listener, Packets } from '../../../probe/packets.ts';
import type { Probe } from '../../../probe/probe.ts';

/** A host with a running probe, which sends and receives trials. */
export interface ProbeHost {
  readonly host: string;
  /** Its address in the cluster. */
  readonly address: string | undefined;
  /** All of its addresses: depending on routes, its packets may come from any of them. */
  readonly addresses: readonly string[];
  readonly probe: Probe;
  readonly packets: Packets;
  readonly vxlanPort: number;
  /** The listener in each namespace, or the reason why it is missing. */
  readonly listeners: ReadonlyMap<string, Listener | { readonly error: string }>;
}

/** A host before its probe is set up. */
export interface ProbeHostPlan {
  readonly host: string;
  readonly address: string | undefined;
  readonly addresses: readonly string[];
  readonly probe: Probe;
  readonly vxlanPort: number;
  /** The prefix of its trial IDs. */
  readonly run: string;
  /** Ends on this host that trials are sent from, or to. */
  readonly endpoints: readonly OverlayEndpoint[];
}

/** Starts listeners and captures on a host: in its namespace, its overlays and its containers. */
export async function openProbeHost(plan: ProbeHostPlan): Promise<ProbeHost> {
  const { host, address, addresses, probe, vxlanPort, endpoints, run } = plan;
  const { packets } = probe;
  await packets.expect(run);
  const containers = [...new Set(endpoints.map(({ pid }) => pid))].map((pid) => ({ pid }));
  const overlays = [...new Set(endpoints.map(({ networkId }) => networkId))].map((overlay) => ({
    overlay,
  }));
  // A namespace that cannot be captured shows no packets; the trials continue.
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

/** Returns the listener in that namespace, or an error with the reason. */
export function listenerAt(
  probeHost: ProbeHost,
  namespace: Namespace,
): Listener | { error: string } {
  const nothing = { error: `no probe listens in ${wordOf(namespace)} of ${probeHost.host}` };
  return probeHost.listeners.get(wordOf(namespace)) ?? nothing;
}

/** The interface of the listener's namespace with that address. */
export function linkOf(
  { links }: Listener,
  address: string,
): Listener['links'][number] | undefined {
  return links.find((link) => link.address === address);
}
