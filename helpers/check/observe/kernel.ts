/** An entry of a VXLAN device's forwarding table, as `bridge -j fdb` has it. */
export interface ForwardingEntry {
  readonly mac: string;
  /** Address of the host that packets for it are sent to; undefined for the bridge's own half of an entry. */
  readonly destination: string | undefined;
  /** Written by an engine, rather than learnt from a packet. */
  readonly isPermanent: boolean;
}

/** An entry of the neighbour table of an overlay's namespace, as `ip -j neigh` has it. */
export interface NeighbourEntry {
  readonly address: string;
  readonly mac: string | undefined;
  readonly state: string;
}

/** A network interface. */
export interface LinkView {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly isUp: boolean;
  readonly addresses: readonly string[];
  readonly received: LinkCounters;
  readonly sent: LinkCounters;
}

/** Packets since the interface exists. */
export interface LinkCounters {
  readonly packets: number;
  readonly dropped: number;
  readonly errors: number;
}

/** One overlay in a host's kernel: the namespace that its engine made for it. */
export interface OverlayTables {
  /** What of the network's id is in the namespace's name: its first 10 characters. */
  readonly idPrefix: string;
  /** One for each subnet; none when the device is gone. */
  readonly vxlans: readonly (LinkView & {
    /** VXLAN network identifier. */
    readonly vni: number;
    readonly port: number;
    readonly local: string | undefined;
    readonly forwarding: readonly ForwardingEntry[];
  })[];
  readonly bridges: readonly LinkView[];
  readonly neighbours: readonly NeighbourEntry[];
}

/** A firewall's rule that may concern the overlay's ports: 4789/udp, 7946/tcp and udp, 2377/tcp. */
export interface FirewallRule {
  /** As the tool prints it: `-A INPUT -p udp --dport 4789 -j DROP`. */
  readonly text: string;
  readonly table: 'iptables' | 'nftables';
  /** What it does to packets: drop, reject, or something else. */
  readonly verdict: 'drop' | 'reject' | 'other';
  readonly packets: number | undefined;
}

/** What a container's own network namespace and files say. */
export interface ContainerNamespace {
  readonly containerId: string;
  readonly links: readonly LinkView[];
  /** Addresses of the name servers in /etc/resolv.conf. */
  readonly nameServers: readonly string[];
  /** Names of /etc/hosts, each with its address. */
  readonly hostsFile: readonly { readonly name: string; readonly address: string }[];
}

/** What one host's kernel has. */
export interface KernelView {
  /** Before any live probe was sent. */
  readonly overlays: readonly OverlayTables[];
  /** The same once more, after all of them were. */
  readonly later: readonly OverlayTables[] | undefined;
  readonly links: readonly LinkView[];
  readonly routes: readonly {
    readonly destination: string;
    readonly device: string | undefined;
    readonly source: string | undefined;
    readonly mtu: number | undefined;
  }[];
  readonly firewall: readonly FirewallRule[];
  /** Offload settings of the interface that carries the overlay: `tx-checksumming` and the like. */
  readonly offload: Readonly<Record<string, boolean>>;
  readonly containers: readonly ContainerNamespace[];
  /** Threads of the engine in a network namespace that is none of the host's: a defect of 20.10. */
  readonly strandedThreads: number;
}
