import type { Missing } from '../observed.ts';

/** The kinds of packets: ICMP echo, UDP or TCP, small, or as large as the overlay allows, without fragmentation. */
export const protocols = ['icmp', 'icmp-large', 'udp', 'udp-large', 'tcp', 'tcp-large'] as const;
export type Protocol = (typeof protocols)[number];

/** The outcome of a trial: answered; arrived without an answer; or lost. */
export type PathOutcome = 'answered' | 'arrived' | 'lost';

/**
 * The hops of a path in order: out of the sender, out of its host's VXLAN device, out of its host; into the other host,
 * past its firewall, out of its VXLAN device, into the receiver.
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
  /**
   * The host that saw the packet. At `receiver-nic` it may be another host than the receiver, which got the packet instead.
   */
  readonly host: string;
  /** The source of the outer packet, between hosts. */
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

/** A packet sent from one endpoint to another, with its outcome. An unanswered one was sent three times. */
export interface Trial {
  /** The overlay; undefined between hosts. */
  readonly network: string | undefined;
  readonly networkId: string | undefined;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly protocol: Protocol;
  /** Bytes of the IP packet; of all that is said over TCP. */
  readonly size: number;
  /** True if it was seen at the other end and accepted by its kernel. */
  readonly arrived: boolean;
  /** True if the answer returned. */
  readonly answered: boolean;
  /** The source address of the answer, if different from the destination. */
  readonly answeredFrom: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number | undefined;
  /** The number of attempts; 1 when absent. */
  readonly sends?: number | undefined;
  /** Empty for an answered packet. */
  readonly sightings: readonly Sighting[];
}

/** The engines' gossip, asked from one host at another. */
export interface GossipTrial {
  readonly from: string;
  readonly to: string;
  readonly transport: 'tcp' | 'udp';
  readonly answered: boolean;
  /** True if packets of the engines themselves were captured, where they cannot be queried (swarm mode encrypts). */
  readonly seen: boolean | undefined;
  /** True if any packet for that port arrived at the other host. */
  readonly arrived: boolean;
  /** …and whether its firewall let any in. */
  readonly letIn: boolean;
  readonly error: string | undefined;
}

/** The tunnel itself: a VXLAN packet written by the sender's probe, past its kernel's tables, to the data path port of the other host. */
export interface TunnelTrial {
  readonly network: string;
  readonly networkId: string;
  readonly from: string;
  readonly to: string;
  readonly reachedNic: boolean;
  /** True if the firewall of the other host accepted it. */
  readonly letIn: boolean;
  readonly cameOut: boolean;
  readonly error: string | undefined;
}

/** The packets of an encrypted network on their way from one host to another. */
export interface EncryptedTrial {
  readonly network: string;
  readonly networkId: string;
  readonly from: string;
  readonly to: string;
  /** True if an echo between two containers was answered. */
  readonly answered: boolean;
  /** True if the VXLAN device of the sender sent the echo. */
  readonly leftVxlan: boolean;
  /** True if ESP packets from the sender reached a network card of the other host. */
  readonly reachedNic: boolean;
  /** True if the firewall of the other host accepted any. */
  readonly letIn: boolean;
  /** The device on which the echo left the sender unencrypted, and settings that have the kernel encrypt nothing there. */
  readonly clear?: { readonly device: string; readonly switches: readonly string[] } | undefined;
}

/** Two containers without a common network: no packet may pass. */
export interface IsolationTrial {
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly fromNetwork: string;
  readonly toNetwork: string;
  readonly arrived: boolean;
  /** The kinds of packets that arrived. */
  readonly ways: readonly ('icmp' | 'udp' | 'frame')[];
}

/** Packets counted on one path between two hosts, from a container to another through an overlay; each was sent once. */
export interface LossTrial {
  readonly network: string;
  readonly networkId: string;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  readonly first: { readonly sent: number; readonly lost: number };
  /** A second series, sent if the first lost some of its packets. */
  readonly second:
    | {
        readonly sent: number;
        readonly lost: number;
        /** The number of lost packets by their last hop. */
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

/** Round-trip times between two endpoints; each packet is sent after the answer to the one before. */
export interface Timing {
  /** The overlay; undefined between hosts. */
  readonly network: string | undefined;
  readonly from: TrialEnd;
  readonly to: TrialEnd;
  /** The times of answered packets, in the order of sending. */
  readonly milliseconds: readonly number[];
  /** The number of packets without an answer. */
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
  /** One for each encrypted network and ordered pair of hosts that was probed; none in older recordings. */
  readonly encrypted?: readonly EncryptedTrial[] | undefined;
  /** Packets that a container's kernel dropped for a wrong checksum while it was probed. */
  readonly checksumErrors: readonly {
    readonly host: string;
    readonly container: string;
    readonly tcp: number;
    readonly udp: number;
  }[];
  /** Round-trip times of some paths; only on request. */
  readonly timings?: readonly Timing[] | undefined;
  /** The reason why no packets were sent between containers, if the user allows no probes that enter them. */
  readonly outside?: Missing | undefined;
  /** The number of ordered pairs of containers on different hosts, and of those probed. */
  readonly pairs: {
    readonly all: number;
    readonly probed: number;
    /** The number of pairs left out because a neighbor table lacks capacity; 0 when absent. */
    readonly overCapacity?: number | undefined;
  };
  /** The number of ordered pairs of hosts, and of the pairs with packets. */
  readonly hostPairs?: { readonly all: number; readonly probed: number } | undefined;
  /** The number of other hosts that each host sent packets to, if these were not all. */
  readonly neighbors?: number | undefined;
  /** Trials that were requested but not possible, in words: "worker-host: no probe could be started". */
  readonly untried: readonly string[];
  /** Containers that nothing could be sent from or to. */
  readonly unentered?: readonly Unentered[] | undefined;
}
