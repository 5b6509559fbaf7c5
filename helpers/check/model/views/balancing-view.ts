/** A real server of a virtual service: a task to which IPVS sends connections. */
export interface RealServer {
  /** IPv4 */
  readonly address: string;
  /** 0 while a task is stopping: it gets no new connections. */
  readonly weight: number;
  /** `Masq`, or `Route` on a network with the option `dsr`. */
  readonly forward: string;
}

/** A virtual service of IPVS, which packets with a firewall mark belong to. */
export interface VirtualService {
  readonly mark: number;
  readonly servers: readonly RealServer[];
}

/** A rule of the table mangle that sets the mark of a service, in the order of the rules. */
export type MarkRule =
  | {
      readonly by: 'address';
      readonly chain: string;
      readonly address: string;
      readonly mark: number;
    }
  | {
      readonly by: 'port';
      readonly chain: string;
      readonly protocol: string;
      readonly port: number;
      readonly mark: number;
    };

/** The tables of one sandbox in which an engine balances the load of services. */
export interface BalancerTables {
  /** Undefined if the kernel has no IPVS, or has not loaded it. */
  readonly virtualServices: readonly VirtualService[] | undefined;
  /** `net.ipv4.ip_forward`; undefined if it could not be read. */
  readonly forwards: boolean | undefined;
  /** `net.ipv4.vs.conntrack`: the source of balanced packets is rewritten only with it; undefined without IPVS. */
  readonly tracks: boolean | undefined;
  /** IPv4 addresses without their lengths, of interfaces that are up. */
  readonly addresses: readonly string[];
  readonly marks: readonly MarkRule[];
  /** The addresses to which the table nat rewrites the source of balanced packets (`-m ipvs --ipvs -j SNAT`). */
  readonly sources: readonly string[];
  /** The backend of iptables that has these rules. */
  readonly tool?: 'legacy' | 'nft';
  /**
   * The seconds after which IPVS forgets an idle connection; 0 for a protocol that the kernel does not balance. Undefined
   * without IPVS.
   */
  readonly idle?: { readonly tcp: number; readonly udp: number } | undefined;
  /** Virtual addresses to which TCP connections are open. */
  readonly open?: readonly string[];
}

/** Features of a kernel that are loaded, and that load balancing needs in addition to IPVS. */
export interface KernelFeatures {
  /** The module `xt_ipvs`: rules of a firewall for balanced packets. */
  readonly matchesIpvs: boolean;
  /** The module `br_netfilter`, without which engines create no `docker_gwbridge`. */
  readonly filtersBridges: boolean;
}

/** The sandbox of one overlay network, or of the routing mesh, on one host. */
export interface Balancer {
  /** The first characters of the network's ID; undefined for `ingress_sbox`, the sandbox of the routing mesh. */
  readonly idPrefix: string | undefined;
  /** The file on the host: `/run/docker/netns/lb_2u548xul6`. */
  readonly namespace: string;
  /** Undefined if it was created during the check. */
  readonly before: BalancerTables | undefined;
  /** The tables at the second read, after the live probes; undefined if it was removed, or without that read. */
  readonly after: BalancerTables | undefined;
}

/** The rules of a host that lead packets to published ports into the sandbox of the routing mesh: the table nat. */
export interface MeshRules {
  /** The engine's chain `DOCKER-INGRESS`. */
  readonly hasChain: boolean;
  /** True if packets from outside reach the chain: `PREROUTING` jumps to it. */
  readonly isReached: boolean;
  /** Its rules. */
  readonly ports: readonly {
    readonly protocol: string;
    readonly port: number;
    /** IPv4 */
    readonly destination: string;
  }[];
  /** The backend of iptables that has these rules. */
  readonly tool?: 'legacy' | 'nft';
}

/** The load balancing of services on one host. */
export interface BalancingView {
  readonly balancers: readonly Balancer[];
  /** Before and after the live probes; undefined where they could not be read. */
  readonly mesh?:
    | { readonly before: MeshRules | undefined; readonly after: MeshRules | undefined }
    | undefined;
  /** Before and after the live probes; undefined where they could not be read. */
  readonly kernel?:
    | { readonly before: KernelFeatures | undefined; readonly after: KernelFeatures | undefined }
    | undefined;
  /** Sandboxes that could not be read, at no read, with the reason. */
  readonly unread: readonly { readonly namespace: string; readonly why: string }[];
}
