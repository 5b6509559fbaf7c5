/** What was sent: ICMP echo, UDP or TCP, small, or as large as the overlay lets through, not to be fragmented. */
export type Protocol = 'icmp' | 'icmp-large' | 'udp' | 'udp-large' | 'tcp' | 'tcp-large';

/** Where a probe was seen on its way, in the order of the way. */
export const hops = ['sender-nic', 'receiver-nic', 'receiver-vxlan', 'receiver'] as const;
export type Hop = (typeof hops)[number];

/** One packet at one hop. */
export interface Sighting {
  readonly hop: Hop;
  readonly host: string;
  /** Of the outer packet, between hosts. */
  readonly outerSource: string | undefined;
  readonly outerDestination: string | undefined;
  readonly vni: number | undefined;
}

/** One end of a trial. */
export interface TrialEnd {
  readonly host: string;
  /** Undefined for the host itself. */
  readonly container: string | undefined;
  readonly address: string;
}

/** A question sent from one end to another, and what came of it. */
export interface Trial {
  /** The overlay; undefined between hosts. */
  readonly network: string | undefined;
  readonly networkId: string | undefined;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly protocol: Protocol;
  /** Bytes of the IP packet. */
  readonly size: number;
  /** Whether it reached the other end: seen there, not concluded. */
  readonly arrived: boolean;
  /** Whether the answer came back. */
  readonly answered: boolean;
  /** The answer's source address, if not the one that was asked. */
  readonly answeredFrom: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number | undefined;
  readonly sightings: readonly Sighting[];
}

/** The engines' gossip, asked from one host at another. */
export interface GossipTrial {
  readonly from: string;
  readonly to: string;
  readonly transport: 'tcp' | 'udp';
  readonly answered: boolean;
  /** Whether packets of the engines themselves were seen to arrive, where they cannot be asked (swarm mode encrypts). */
  readonly seen: boolean | undefined;
  readonly error: string | undefined;
}

/** The tunnel itself: a VXLAN packet written by the sender's probe, past its kernel's tables, to the other host's 4789. */
export interface TunnelTrial {
  readonly network: string;
  readonly networkId: string;
  readonly from: string;
  readonly to: string;
  readonly reachedNic: boolean;
  readonly cameOut: boolean;
  readonly error: string | undefined;
}

/** Two containers without a common network: no packet may pass. */
export interface IsolationTrial {
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly fromNetwork: string;
  readonly toNetwork: string;
  readonly arrived: boolean;
}

export interface PathsView {
  /** Between hosts, outside of any overlay. */
  readonly hostTrials: readonly Trial[];
  readonly gossip: readonly GossipTrial[];
  readonly tunnels: readonly TunnelTrial[];
  /** Between containers, through the overlay. */
  readonly trials: readonly Trial[];
  readonly isolation: readonly IsolationTrial[];
  /** Packets that a container's kernel dropped for a wrong checksum while it was probed. */
  readonly checksumErrors: readonly {
    readonly host: string;
    readonly container: string;
    readonly tcp: number;
    readonly udp: number;
  }[];
  /** How many ordered pairs there are, and how many of them were probed. */
  readonly pairs: { readonly all: number; readonly probed: number };
}
