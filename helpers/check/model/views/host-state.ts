/** Docker's own firewall rules of one backend, as iptables shows them: only rules that packets of containers need. */
export interface DockerRules {
  readonly tool: 'iptables-legacy' | 'iptables-nft';
  /** The policy of the chain FORWARD; undefined where the table was never used. */
  readonly forwardPolicy: string | undefined;
  /** Docker's chains, with their table: `filter DOCKER-USER`. */
  readonly chains: readonly string[];
  /** Rules of the kernel's own chains that mention a chain or a bridge of Docker. */
  readonly rules: readonly DockerRule[];
}

export interface DockerRule {
  readonly table: string;
  /** `FORWARD` */
  readonly chain: string;
  /** The rest of the rule: `-j DOCKER-USER`. */
  readonly words: readonly string[];
}

/** The firewall rules of an engine, from all backends. */
export interface DockerFirewall {
  readonly backends: readonly DockerRules[];
  /** True if the engine uses nftables without iptables (Docker 29 and newer): its rules are in separate tables. */
  readonly usesNftables: boolean;
  /** True if the engine is configured to write no rules (`iptables: false`). */
  readonly isUnmanaged: boolean;
}

/** The table of tracked connections of a network namespace. */
export interface ConnectionTable {
  readonly count: number;
  readonly capacity: number;
  /** Connections since boot that found no room in it. */
  readonly dropped: number;
  /** Connections since boot that could not be inserted, also because another one used the same addresses and ports. */
  readonly notInserted?: number | undefined;
}

/** The period in which a certificate is valid, in ISO 8601 format. */
export interface Validity {
  readonly from: string;
  readonly until: string;
}

/** Settings and tables of a host that all of its containers depend on. */
export interface HostState {
  /** `net.ipv4.ip_forward`; undefined where it could not be read. */
  readonly forwards: boolean | undefined;
  /** Undefined without connection tracking. */
  readonly connections: ConnectionTable | undefined;
  /** Undefined where it could not be read. */
  readonly docker: DockerFirewall | undefined;
  /** The engine's certificate as a node of a swarm; undefined without one. */
  readonly certificate?: Validity | undefined;
  /** True if the engine's configuration file sets `live-restore`. */
  readonly configuresLiveRestore: boolean;
}

/** A VXLAN device in the host's own namespace: not of an overlay, whose devices are in other namespaces. */
export interface HostVxlan {
  readonly name: string;
  readonly vni: number;
  readonly port: number;
}
