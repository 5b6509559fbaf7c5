import { z } from 'zod';
import type { Namespace } from './namespace.ts';

/** The ports on which an agent listens in a namespace, and the namespace's interfaces with an IPv4 address. */
export interface Listener {
  readonly udp: number;
  readonly tcp: number;
  readonly links: readonly {
    readonly name: string;
    readonly address: string;
    readonly mtu: number;
  }[];
}

/** The request of a trial: a packet to send, or a connection to open, from a namespace. */
export interface TrialRequest {
  /** 16 hexadecimal digits, unique to the trial: 8 of the run, 8 of a counter. */
  readonly id: string;
  /** `icmp`, `udp` and `tcp` reach a listener. `connect` only opens a connection. `ping` is a ping of the engines' gossip. */
  readonly protocol: 'icmp' | 'udp' | 'tcp' | 'connect' | 'ping';
  readonly namespace: Namespace;
  /** With `0.0.0.0`, the kernel chooses. */
  readonly source: string;
  readonly destination: string;
  /** 0 for ICMP. */
  readonly port: number;
  /** Bytes of the IP packet, which must not be fragmented; of the payload over TCP. 0 is the shortest possible. */
  readonly size: number;
}

/** The outcome of a trial. */
export interface TrialResult {
  readonly id: string;
  readonly answered: boolean;
  /** The source address of the reply. */
  readonly from: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number | undefined;
  /** The number of times the request was sent: three if no reply came. */
  readonly sends: number;
  /** The keys of its packets in {@link Packets.captures}. */
  readonly keys: readonly string[];
}

/** The addresses in an injected Ethernet frame. */
export interface Frame {
  readonly toMac: string;
  readonly fromMac: string;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** A packet that expects no reply. */
export type InjectedPacket = InjectedDatagram | InjectedFrame | InjectedTunnelPacket;

interface InjectedDatagram {
  readonly id: string;
  readonly kind: 'icmp' | 'udp';
  readonly namespace: Namespace;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** A frame sent from a device directly. It bypasses the tables of its namespace. */
interface InjectedFrame extends Frame {
  readonly id: string;
  readonly kind: 'frame';
  readonly namespace: Namespace;
  readonly device: string;
}

/** A frame sent to another host in VXLAN. It bypasses the tables of the sending host. */
interface InjectedTunnelPacket extends Frame {
  readonly id: string;
  readonly kind: 'tunnel';
  readonly host: string;
  readonly vxlanPort: number;
  readonly vni: number;
}

/** Equal packets of a trial that passed one device of a namespace in one direction. */
export interface Capture {
  /** The word of a {@link Namespace}. */
  readonly namespace: string;
  /** `input` is a packet that the host's firewall let in. */
  readonly device: string;
  readonly direction: 'in' | 'out';
  readonly what: 'request' | 'reply' | 'syn' | 'syn-ack' | 'data';
  readonly outer:
    | { readonly source: string; readonly destination: string; readonly vni: number }
    | undefined;
  readonly count: number;
}

/** Sends, receives and captures the packets of trials on one host. */
export interface Packets {
  /** Announces a run by the first 8 digits of its trials' ids. The agent ignores packets of other runs. */
  expect(run: string): Promise<void>;
  /** Captures the trials' packets in these namespaces from now on. Returns the reason for each that it cannot open. */
  capture(vxlanPort: number, namespaces: readonly Namespace[]): Promise<readonly string[]>;
  /** Listens in these namespaces. Returns the listener of each, or the reason why it is missing. */
  listen(namespaces: readonly Namespace[]): Promise<(Listener | { readonly error: string })[]>;
  /** Sends all requests in parallel. Returns when each has a reply or was sent three times without one. */
  request(requests: readonly TrialRequest[]): Promise<TrialResult[]>;
  /** Returns the current results of trials: a reply may have come late. */
  results(ids: readonly string[]): Promise<TrialResult[]>;
  /** Sends each packet once. Returns the errors of packets that could not be sent, by id. */
  inject(packets: readonly InjectedPacket[]): Promise<ReadonlyMap<string, string>>;
  /** The requests and injected packets that reached the listeners: the kernels of their namespaces let them in. */
  received(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Returns the captures of trials, by the ids of trials or the keys of TCP connections. */
  captures(keys: readonly string[]): Promise<{
    /** Packets that were dropped because a buffer was full. */
    readonly lost: number;
    readonly captures: ReadonlyMap<string, readonly Capture[]>;
  }>;
  /** Records from now on which of these addresses send packets to that port of the host; ESP has the port 0. */
  sniff(transport: SniffedTransport, port: number, sources: readonly string[]): Promise<void>;
  /** The recorded source addresses. */
  sniffed(transport: SniffedTransport, port: number): Promise<SniffedSources>;
}

/** A protocol whose senders are recorded. */
export type SniffedTransport = 'tcp' | 'udp' | 'esp';

export const sniffedSources = z.object({
  /** At any network device. */
  nic: z.array(z.string()),
  /** Behind the host's firewall. */
  input: z.array(z.string()),
});

/** The addresses whose packets came to a port of the host. */
export type SniffedSources = z.infer<typeof sniffedSources>;
