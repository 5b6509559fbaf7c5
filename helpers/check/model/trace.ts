import type { Hop } from './views/paths-view.ts';

/** The protocol of the traced packet: an ICMP echo, the first packet of a TCP connection, or a UDP datagram. */
export const tracedProtocols = ['icmp', 'tcp', 'udp'] as const;
export type TracedProtocol = (typeof tracedProtocols)[number];

/** The kinds of traced packets. */
export const packetKinds = [
  'echo',
  'echo-reply',
  'datagram',
  'syn',
  'syn-ack',
  'ack',
  'fin',
  'rst',
  'unreachable',
  'time-exceeded',
  'esp',
] as const;
export type PacketKind = (typeof packetKinds)[number];

/**
 * The kinds of network namespaces on the path: that of a host, a container, an overlay network with its bridge and VXLAN
 * device, the load balancer of a network (`lb_…`), and the routing mesh (`ingress_sbox`).
 */
export const placeKinds = ['host', 'container', 'overlay', 'load-balancer', 'mesh'] as const;
export type PlaceKind = (typeof placeKinds)[number];

/** A network namespace of a host. */
export interface TracePlace {
  readonly host: string;
  readonly kind: PlaceKind;
  /** The name of the container or network; the name of the host for its own. */
  readonly name: string;
  /** The ID of the network of an overlay or a load balancer. */
  readonly networkId?: string | undefined;
}

/** The kinds of entries that decide the path of a packet. */
export const entryKinds = [
  'route',
  'neighbor',
  'forwarding',
  'vxlan',
  'address',
  'mark',
  'virtual-service',
  'real-server',
  'nat',
  'policy',
  'state',
  'firewall',
] as const;

/** An entry of a kernel's tables that decides the path of a packet. */
export interface TraceEntry {
  readonly kind: (typeof entryKinds)[number];
  /** The entry as programs show it, or the missing one in words: "no forwarding entry for 02:42:0a:00:09:03". */
  readonly text: string;
  /** The reason why it is wrong, or that it is missing. Absent for an entry without a known problem. */
  readonly wrong?: string | undefined;
}

/** The addresses of an IP packet; ports without ICMP. */
export interface PacketAddresses {
  readonly source: string;
  readonly sourcePort: number | undefined;
  readonly destination: string;
  readonly destinationPort: number | undefined;
}

/** The packet on one device of one namespace, in one direction. */
export interface TraceHop extends PacketAddresses {
  readonly part: 'request' | 'reply';
  readonly place: TracePlace;
  /** `input` if the firewall of the namespace let it in. */
  readonly device: string;
  readonly direction: 'in' | 'out';
  readonly kind: PacketKind;
  /** The headers outside of VXLAN. */
  readonly outer:
    | {
        readonly source: string;
        readonly destination: string;
        readonly vni: number;
        readonly toMac: string;
        readonly fromMac: string;
      }
    | undefined;
  /** The number of the security association of an encrypted packet. */
  readonly spi: number | undefined;
  /** The same hop in the findings of a check, on the path of a request between two containers. */
  readonly hop: Hop | undefined;
  /** The entries that send it onward from here. */
  readonly entries: readonly TraceEntry[];
  /** The changes since the hop before, in words. */
  readonly changes: readonly string[];
}

/** An end of a trace. */
export interface TraceEnd {
  /** The name that the user gave. */
  readonly name: string;
  /** Undefined for this computer, and for an address of no examined host. */
  readonly host: string | undefined;
  readonly container: string | undefined;
  readonly service: string | undefined;
  /** IPv4: of a container, a host, or the virtual address of a service. */
  readonly address: string;
}

/**
 * `answered`: the reply came back; `refused`: an error came back; `arrived`: only the request reached its destination;
 * `lost`: it did not.
 */
export const traceOutcomes = ['answered', 'refused', 'arrived', 'lost'] as const;

/** One real packet from one end to the other, and its reply. */
export interface TraceReport {
  /** The name of the cluster. */
  readonly target: string;
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly from: TraceEnd;
  readonly to: TraceEnd;
  readonly protocol: TracedProtocol;
  /** 0 for ICMP. */
  readonly port: number;
  /** The overlay network; undefined for published ports and hosts. */
  readonly network: string | undefined;
  readonly isEncrypted: boolean;
  /** The container that got the request, if another one than the end: that of a service. */
  readonly server: { readonly host: string; readonly container: string } | undefined;
  /** In the order of the packet's path: the request, then the reply. */
  readonly hops: readonly TraceHop[];
  readonly outcome: (typeof traceOutcomes)[number];
  /** The error of the sender's kernel: `ECONNREFUSED`. */
  readonly error: string | undefined;
  readonly roundTrip: number | undefined;
  /** The end of the trace in one sentence, with the reason if it is known. */
  readonly summary: string;
  /** The entry that stops it, if it is known. */
  readonly cause: TraceEntry | undefined;
  /** Namespaces and hosts that were not observed, with the reason. */
  readonly unobserved: readonly string[];
}
