import type { Namespace } from './namespace.ts';

/** The ports that a namespace listens on for trials, and its interfaces with an IPv4 address. */
export interface Listener {
  readonly udp: number;
  readonly tcp: number;
  readonly links: readonly {
    readonly name: string;
    readonly address: string;
    readonly mtu: number;
  }[];
}

/** A question to be sent out of a namespace. */
export interface Question {
  /** 16 hexadecimal digits, that no other trial has: 8 of the run, 8 that count. */
  readonly id: string;
  /** `icmp`, `udp` and `tcp` to a listener; `connect` opens a connection; `ping` is one of the engines' gossip. */
  readonly protocol: 'icmp' | 'udp' | 'tcp' | 'connect' | 'ping';
  readonly namespace: Namespace;
  /** `0.0.0.0` is as the kernel chooses. */
  readonly source: string;
  readonly destination: string;
  /** 0 for ICMP. */
  readonly port: number;
  /** Bytes of the IP packet, which is not to be fragmented; of all that is said, over TCP. 0 is as short as can be. */
  readonly size: number;
}

/** The result of a trial's query. */
export interface QuestionResult {
  readonly id: string;
  readonly answered: boolean;
  /** The source address of the answer. */
  readonly from: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number | undefined;
  /** The number of attempts: three without an answer. */
  readonly sends: number;
  /** The keys of its packets in {@link Packets.sightings}. */
  readonly keys: readonly string[];
}

/** The content of a frame. */
export interface Frame {
  readonly toMac: string;
  readonly fromMac: string;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** An injected packet, which needs no answer. */
export type Thrown = ThrownPacket | ThrownFrame | ThrownTunnel;

interface ThrownPacket {
  readonly id: string;
  readonly kind: 'icmp' | 'udp';
  readonly namespace: Namespace;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** Out of that device, past the tables of its namespace. */
interface ThrownFrame extends Frame {
  readonly id: string;
  readonly kind: 'frame';
  readonly namespace: Namespace;
  readonly device: string;
}

/** In VXLAN to another host, past the tables of this one. */
interface ThrownTunnel extends Frame {
  readonly id: string;
  readonly kind: 'tunnel';
  readonly host: string;
  readonly vxlanPort: number;
  readonly vni: number;
}

/** Packets of a trial as they passed through a namespace. */
export interface Caught {
  /** A {@link Namespace} as one word. */
  readonly namespace: string;
  /** `input` means past the host's firewall. */
  readonly device: string;
  readonly direction: 'in' | 'out';
  readonly what: 'question' | 'answer' | 'syn' | 'syn-ack' | 'data';
  readonly outer:
    | { readonly source: string; readonly destination: string; readonly vni: number }
    | undefined;
  readonly count: number;
}

/** Sends trials with the probe of a host, and captures them. */
export interface Packets {
  /** Announces a run by the first 8 digits of its trial IDs: other packets are ignored. */
  expect(run: string): Promise<void>;
  /** Captures trial packets in these namespaces from now on. Returns the reason for each namespace that cannot be captured. */
  capture(vxlanPort: number, namespaces: readonly Namespace[]): Promise<readonly string[]>;
  /** Listens in these namespaces; returns each listener, or the reason why it is missing. */
  listen(namespaces: readonly Namespace[]): Promise<(Listener | { readonly error: string })[]>;
  /** Sends all queries in parallel; returns when each is answered or was sent three times without an answer. */
  ask(questions: readonly Question[]): Promise<QuestionResult[]>;
  /** Returns the results of earlier queries: an answer may have been late. */
  answers(ids: readonly string[]): Promise<QuestionResult[]>;
  /** Sends each once. Gives why it could not be sent, by its id. */
  throw(packets: readonly Thrown[]): Promise<ReadonlyMap<string, string>>;
  /** Returns the queries and injected packets that arrived at the listeners, past their kernels' firewalls. */
  received(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Returns captures by trial IDs or by the keys of TCP data. */
  sightings(keys: readonly string[]): Promise<{
    /** Packets that passed while there was no room to note them. */
    readonly lost: number;
    readonly caught: ReadonlyMap<string, readonly Caught[]>;
  }>;
  /** Notes from now on from which of these addresses packets come to that port of the host. */
  overhear(transport: 'tcp' | 'udp', port: number, sources: readonly string[]): Promise<void>;
  /** Returns the sources of packets that arrived at the host, and of packets that its firewall accepted. */
  overheard(transport: 'tcp' | 'udp', port: number): Promise<Overheard>;
}

export interface Overheard {
  readonly nic: readonly string[];
  readonly input: readonly string[];
}
