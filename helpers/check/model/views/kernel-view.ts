import type { Command } from '../command.ts';
import type { HostState, HostVxlan } from './host-state.ts';
import type { EncryptionView } from './encryption-view.ts';
import type { Observed } from '../observed.ts';

/** An entry of a VXLAN device's forwarding table, as `bridge -j fdb` has it. */
export interface ForwardingEntry {
  readonly mac: string;
  /** Address of the host that packets for it are sent to; undefined for the bridge's own half of an entry. */
  readonly destination: string | undefined;
  /** Port of that host, and VXLAN number there, where they are other than the device's own. */
  readonly port?: number | undefined;
  readonly vni?: number | undefined;
  /** Written by an engine, not learned from a packet. */
  readonly isPermanent: boolean;
}

/** An entry of the neighbor table of an overlay's namespace, as `ip -j neigh` has it: IPv4. */
export interface NeighborEntry {
  readonly address: string;
  /** The device of the entry: `vxlan0` answers for containers of other hosts. */
  readonly device: string;
  readonly mac: string | undefined;
  /** `PERMANENT` where an engine has written it. */
  readonly state: string;
}

/** A network interface. */
export interface LinkView {
  readonly name: string;
  /** `veth`, `bridge`, `vxlan`; empty for a network card's. */
  readonly kind: string;
  readonly mac: string;
  readonly mtu: number;
  readonly isUp: boolean;
  /** IPv4, with their prefix lengths: `10.0.9.1/24`. */
  readonly addresses: readonly string[];
  readonly received: LinkCounters;
  readonly sent: LinkCounters;
}

/** Packets since the interface was created. */
export interface LinkCounters {
  readonly packets: number;
  readonly dropped: number;
  readonly errors: number;
}

/** One overlay in a host's kernel: the namespace that its engine created for it. */
export interface OverlayTables {
  /** The first characters of the network ID, which are in the name of the namespace. */
  readonly idPrefix: string;
  /** The file on the host: `/run/docker/netns/1-f65940ce7f`. The engine counts how often it has created it. */
  readonly namespace: string;
  /** The VXLAN devices, one for each subnet; empty when the device is gone. */
  readonly vxlans: readonly (LinkView & {
    /** VXLAN network identifier. */
    readonly vni: number;
    readonly port: number;
    readonly local: string | undefined;
    readonly forwarding: readonly ForwardingEntry[];
  })[];
  readonly bridges: readonly LinkView[];
  /** The ports of the bridge that lead into containers. */
  readonly ports: readonly LinkView[];
  readonly neighbors: readonly NeighborEntry[];
}

/** The VXLAN port of a cluster without another setting. */
export const USUAL_VXLAN_PORT = 4789;

/**
 * The kind of traffic of a packet: VXLAN on the data path port of the cluster, 7946/tcp and udp, 2377/tcp, ESP; or TCP from
 * other machines to ports that a rule names, which containers may publish.
 */
export type OverlayTraffic = 'vxlan' | 'gossip' | 'management' | 'esp' | 'published';

/** A firewall rule that drops, rejects or rewrites overlay traffic, or may do so. */
export interface FirewallRule {
  /** The rule in words: `-A INPUT -p udp -m udp --dport 4789 -j DROP`. */
  readonly text: string;
  readonly tool: 'iptables-legacy' | 'iptables-nft' | 'nft';
  /** `filter`; with nft its family too: `inet guard`. */
  readonly table: string;
  readonly chain: string;
  /** The hooks where packets reach it, also through other chains. */
  readonly hooks: readonly (
    | 'ingress'
    | 'prerouting'
    | 'input'
    | 'forward'
    | 'output'
    | 'postrouting'
  )[];
  readonly verdict: 'drop' | 'reject' | 'rewrite-source' | 'rewrite-destination';
  readonly concerns: readonly OverlayTraffic[];
  /** True if it names these ports; otherwise it matches them with others. */
  readonly isExplicit: boolean;
  /** The ranges of destination ports that it names. Behind the hook `forward`, they are ports of containers. */
  readonly ports?: readonly (readonly [number, number])[] | undefined;
  /** The range of source addresses that it names: `192.168.99.0/24`. */
  readonly source?: string | undefined;
  /** True if it has conditions in addition to protocol, ports, source and the host's own address: an interface, a state, a negation. */
  readonly isConditional?: boolean | undefined;
  /** Matches only a part of these packets: at random, or beyond a limit. */
  readonly isPartial?: boolean | undefined;
  /** The number of matched packets; undefined without a counter. */
  readonly packets: number | undefined;
  /** The command that deletes it; undefined where nft cannot take the name of its table or chain as an argument. */
  readonly undo: Command | undefined;
}

/** The network namespace and files of a container. */
export interface ContainerNamespace {
  readonly containerId: string;
  readonly links: readonly LinkView[];
  readonly routes: readonly RouteView[];
  /** Addresses of the name servers in /etc/resolv.conf. */
  readonly nameServers: readonly string[];
  /** Names of /etc/hosts, each with its address. */
  readonly hostsFile: readonly { readonly name: string; readonly address: string }[];
}

/** The neighbor table of a kernel, shared by all of its network namespaces, from `ip -s ntable`. */
export interface NeighborTable {
  /** Entries that may be there: `net.ipv4.neigh.default.gc_thresh3`. Permanent ones, as engines write, do not count. */
  readonly capacity: number;
  /** The overflows since boot: each dropped a packet. */
  readonly refused: number;
  /** Names the start of a kernel: hosts that have the same share one, as those of the built-in provider do. */
  readonly boot: string;
  /** True if the host can set the limits; only the kernel's first network namespace can. */
  readonly isSettable: boolean;
}

/** The threads of an engine. */
export interface EngineThreads {
  readonly threads: number;
  /** Ids of those in network namespaces that are gone: a call that lands on one of them reaches nothing outside. */
  readonly stuck: readonly string[];
}

/** The data of one host's kernel. */
export interface KernelView {
  /** The tables before any live probe: a VXLAN device learns from packets, and some engines from its misses. */
  readonly overlays: readonly OverlayTables[];
  /** Namespaces of overlays that cannot be entered. Engines keep the files of deleted ones for a minute. */
  readonly unreadOverlays: readonly Unread[];
  /** The tables at the second read, after the live probes; undefined without it. */
  readonly later: readonly OverlayTables[] | undefined;
  /** The kernel's own neighbor table, before the live probes and after; undefined where it could not be read. */
  readonly neighborTable?:
    | { readonly before: NeighborTable; readonly after: NeighborTable | undefined }
    | undefined;
  /** The threads of the engine: stuck threads were so before and after the live probes. */
  readonly engineThreads?: EngineThreads | undefined;
  /** The entries that encrypt overlays; undefined if the engine lists no encrypted one. */
  readonly encryption?: EncryptionView | undefined;
  readonly links: readonly LinkView[];
  /** Undefined where they were not observed. */
  readonly hostVxlans?: readonly HostVxlan[] | undefined;
  /** Settings and tables of the host, before the live probes and after. */
  readonly host?: { readonly before: HostState; readonly after: HostState | undefined } | undefined;
  /** IPv4, of all tables; to other hosts and networks, not the kernel's own to its addresses. */
  readonly routes: readonly RouteView[];
  readonly firewall: Observed<readonly FirewallRule[]>;
  /** The interface that has the host's address: it carries the overlays. */
  readonly carrier: string | undefined;
  /** Offload settings of that interface: `tx-checksumming` and the like. */
  readonly offload: Observed<Readonly<Record<string, boolean>>>;
  /** The running containers on overlays. */
  readonly containers: readonly ContainerNamespace[];
  /** Containers whose namespaces could not be read, with the reason. */
  readonly unreadContainers: readonly { readonly containerId: string; readonly why: string }[];
}

/** A namespace that could not be looked into, and why. */
export type Unread = Pick<OverlayTables, 'idPrefix' | 'namespace'> & { readonly why: string };

/** A route of the host. */
export interface RouteView {
  /** `default`, or a range: `10.0.0.0/8`. */
  readonly destination: string;
  readonly device: string | undefined;
  readonly gateway: string | undefined;
  readonly source: string | undefined;
  readonly mtu: number | undefined;
  readonly table: string;
  /** The origin of the route: `kernel`, `boot`, `static`, `dhcp` or a routing daemon; undefined if it is not known. */
  readonly protocol?: string | undefined;
}
