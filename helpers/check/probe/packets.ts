import type { Namespace } from './namespace.ts';

/** What a namespace listens on for trials, and its interfaces that have an IPv4 address. */
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

/** What has become of a question. */
export interface QuestionResult {
  readonly id: string;
  readonly answered: boolean;
  /** Where the answer came from. */
  readonly from: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number | undefined;
  /** How often it was sent: three times, if it is not answered. */
  readonly sends: number;
  /** By what its packets are known in {@link Packets.sightings}. */
  readonly keys: readonly string[];
}

/** What is in a frame. */
export interface Frame {
  readonly toMac: string;
  readonly fromMac: string;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** A packet that nobody is to answer. */
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
  /** As {@link Namespace}s are told by one word. */
  readonly namespace: string;
  /** `input` stands for what the host's firewall has let in. */
  readonly device: string;
  readonly direction: 'in' | 'out';
  readonly what: 'question' | 'answer' | 'syn' | 'syn-ack' | 'data';
  readonly outer:
    | { readonly source: string; readonly destination: string; readonly vni: number }
    | undefined;
  readonly count: number;
}

/** How trials are made with the probe of a host, and what of them it sees. */
export interface Packets {
  /** Announces a run, by the first 8 digits of its trials' ids: packets of others are taken for somebody else's. */
  expect(run: string): Promise<void>;
  /** Looks at the trials' packets that pass through these namespaces from now on. Gives why it cannot look into one. */
  capture(vxlanPort: number, namespaces: readonly Namespace[]): Promise<readonly string[]>;
  /** Listens in these namespaces, each with what it listens on, or why it cannot. */
  listen(namespaces: readonly Namespace[]): Promise<(Listener | { readonly error: string })[]>;
  /** Sends all questions side by side; returns when each is answered or was sent three times in vain. */
  ask(questions: readonly Question[]): Promise<QuestionResult[]>;
  /** What has become of questions that were asked: an answer may have come late. */
  answers(ids: readonly string[]): Promise<QuestionResult[]>;
  /** Sends each once. Gives why it could not be sent, by its id. */
  throw(packets: readonly Thrown[]): Promise<ReadonlyMap<string, string>>;
  /** The questions and thrown packets that came to the listeners, by the kernels of whose namespaces they were let in. */
  received(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What passed through the captured namespaces, by the ids of trials or by the keys of what was said over TCP. */
  sightings(keys: readonly string[]): Promise<{
    /** Packets that passed while there was no room to note them. */
    readonly lost: number;
    readonly caught: ReadonlyMap<string, readonly Caught[]>;
  }>;
  /** Notes from now on from which of these addresses packets come to that port of the host. */
  overhear(transport: 'tcp' | 'udp', port: number, sources: readonly string[]): Promise<void>;
  /** Whose packets came to the host, and whose of them its firewall let in. */
  overheard(transport: 'tcp' | 'udp', port: number): Promise<Overheard>;
}

export interface Overheard {
  readonly nic: readonly string[];
  readonly input: readonly string[];
}
