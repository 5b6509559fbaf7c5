import type { Unseen } from './observed.ts';

/** What was sent: ICMP echo, UDP or TCP, small, or as large as the overlay lets through, not to be fragmented. */
export const protocols = ['icmp', 'icmp-large', 'udp', 'udp-large', 'tcp', 'tcp-large'] as const;
export type Protocol = (typeof protocols)[number];

/**
 * Where a packet was seen on its way, in the order of the way. Out of the sender, out of its host's VXLAN device, out of
 * its host; into the other host, past that one's firewall, out of its VXLAN device, into the receiver.
 */
export const hops = [
  'sender',
  'sender-vxlan',
  'sender-nic',
  'receiver-nic',
  'receiver-input',
  'receiver-vxlan',
  'receiver',
] as const;
export type Hop = (typeof hops)[number];

/** One packet at one hop. */
export interface Sighting {
  readonly hop: Hop;
  /** At `receiver-nic` not always the receiver's: where it came instead. */
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

/** A question sent from one end to another, and what came of it. What is not answered was sent three times. */
export interface Trial {
  /** The overlay; undefined between hosts. */
  readonly network: string | undefined;
  readonly networkId: string | undefined;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly protocol: Protocol;
  /** Bytes of the IP packet; of all that is said over TCP. */
  readonly size: number;
  /** Whether it reached the other end, and the kernel there took it: seen there, not concluded. */
  readonly arrived: boolean;
  /** Whether the answer came back. */
  readonly answered: boolean;
  /** The answer's source address, if not the one that was asked. */
  readonly answeredFrom: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number | undefined;
  /** How often it was sent; 1 when absent. */
  readonly sends?: number | undefined;
  /** Empty for what was answered. */
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
  /** Whether any packet for that port came from there to the other host at all… */
  readonly arrived: boolean;
  /** …and whether its firewall let any in. */
  readonly letIn: boolean;
  readonly error: string | undefined;
}

/** The tunnel itself: a VXLAN packet written by the sender's probe, past its kernel's tables, to the other host's 4789. */
export interface TunnelTrial {
  readonly network: string;
  readonly networkId: string;
  readonly from: string;
  readonly to: string;
  readonly reachedNic: boolean;
  /** Whether the other host's firewall let it in. */
  readonly letIn: boolean;
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
  /** By what it came, if it did. */
  readonly ways: readonly ('icmp' | 'udp' | 'frame')[];
}

/** Packets counted on one path between two hosts, from a container to another through an overlay; each was sent once. */
export interface LossTrial {
  readonly network: string;
  readonly networkId: string;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly first: { readonly sent: number; readonly lost: number };
  /** A second series, where the first has lost a part. */
  readonly second:
    | {
        readonly sent: number;
        readonly lost: number;
        /** How many of the lost packets were last seen at each hop. */
        readonly lastSeen: Readonly<Partial<Record<Hop | 'nowhere', number>>>;
      }
    | undefined;
}

/** A manager's port, connected to from another host. */
export interface ManagerTrial {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly answered: boolean;
  readonly error: string | undefined;
}

/** How long packets took from one end to the other and back, each sent when the one before it had come back. */
export interface Timing {
  /** The overlay; undefined between hosts. */
  readonly network: string | undefined;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  /** Of each packet that was answered, in the order in which they were sent. */
  readonly milliseconds: readonly number[];
  /** How many were sent, and not answered. */
  readonly lost: number;
}

/** A container in which nothing listens, and why. */
export interface Unentered {
  readonly host: string;
  readonly container: string;
  readonly why: string;
}

export interface PathsView {
  /** Between hosts, outside of any overlay. */
  readonly hostTrials: readonly Trial[];
  readonly gossip: readonly GossipTrial[];
  readonly managers: readonly ManagerTrial[];
  readonly tunnels: readonly TunnelTrial[];
  /** Between containers, through the overlay. */
  readonly trials: readonly Trial[];
  readonly isolation: readonly IsolationTrial[];
  /** Packets counted between hosts that have containers on one overlay; none in older recordings. */
  readonly losses?: readonly LossTrial[] | undefined;
  /** Packets that a container's kernel dropped for a wrong checksum while it was probed. */
  readonly checksumErrors: readonly {
    readonly host: string;
    readonly container: string;
    readonly tcp: number;
    readonly udp: number;
  }[];
  /** How long packets took on some of the ways; only when it was asked for. */
  readonly timings?: readonly Timing[] | undefined;
  /** Why nothing was sent between containers, if it was not to be: the user wants no probes that enter them. */
  readonly outside?: Unseen | undefined;
  /** How many ordered pairs of containers on different hosts there are, and how many of them were probed. */
  readonly pairs: {
    readonly all: number;
    readonly probed: number;
    /** How many were left out as a kernel has no room to note them all; 0 when absent. */
    readonly withoutRoom?: number | undefined;
  };
  /** What was wanted and could not be tried, in words: «worker-host: no probe could be started». */
  readonly untried: readonly string[];
  /** Containers that nothing could be sent from or to. */
  readonly unentered?: readonly Unentered[] | undefined;
}
