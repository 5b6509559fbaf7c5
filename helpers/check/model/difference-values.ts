import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import type { Command } from './command.ts';
import type { RealServer } from './views/balancing-view.ts';
import type { EncryptionRule } from './views/encryption-view.ts';
import type { FirewallRule } from './views/kernel-view.ts';
import type { NameAnswer } from './views/names-view.ts';
import type { Pulse } from './observation.ts';
import type {
  GossipTrial,
  IsolationTrial,
  LossTrial,
  PathOutcome,
  Protocol,
  Sighting,
  TunnelTrial,
} from './views/paths-view.ts';

type EngineOptions = {
  readonly clusterStore: string | null;
  readonly clusterAdvertise: string | null;
};

/** A forwarding entry, as `bridge -j fdb` prints it. */
type Forwarding = {
  readonly mac: string;
  readonly dst: string;
  readonly state: 'permanent' | 'learnt';
};

/** A neighbor entry. */
type Neighbor = {
  readonly address: string;
  readonly mac: string;
};

type ResolvedName = {
  readonly name: string;
  readonly addresses: readonly string[];
};

/** A port that a service publishes. */
type ServicePort = {
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly mode: 'ingress' | 'host';
};

/** A feature of a kernel that services need in addition to IPVS. */
export type KernelFeature = 'xt_ipvs' | 'br_netfilter' | 'IP_VS_PROTO_TCP';

/** A part of a load balancer that leads packets for a service to its tasks. */
export type BalancerPart = 'sandbox' | 'address' | 'mark' | 'virtual-service' | 'source';

/** The types of the expected and the observed value of each kind of difference. Both are JSON. */
export interface DifferenceValues {
  'engine-silent': { expected: string; observed: Pulse };
  'clock-differs': {
    expected: { secondsAhead: number };
    observed: { secondsAhead: number };
  };
  'certificate-old': {
    expected: string;
    observed: { state: 'expired' | 'overdue'; until: string | null; isNode: boolean };
  };
  'client-refused': {
    expected: { oldest: string };
    observed: { version: string; image: string };
  };
  'advertised-address-absent': {
    expected: string;
    observed: { addresses: readonly string[] };
  };
  'engine-not-member': {
    expected: string | EngineOptions;
    observed: string | EngineOptions | { nodeId: string | undefined; managers: string };
  };
  'member-unknown': {
    expected: string;
    observed: string | Readonly<Pick<NodeFacts, 'hostname' | 'address' | 'state'>>;
  };
  'leader-missing': {
    expected: string;
    observed: {
      managers: readonly string[];
      unreachable: readonly string[] | null;
      error: string | undefined;
    };
  };
  'manager-unreachable': { expected: string; observed: { address: string } };
  'task-stuck': {
    expected: string;
    observed: { state: string; error: string; tasks: number; networks: readonly string[] };
  };
  'service-missing': {
    expected: { replicas: number | null };
    /** 0 if it exists; null if it does not. */
    observed: { replicas: 0 | null };
  };
  'service-mismatch': {
    expected: { replicas: number } | { network: string } | { port: ServicePort };
    observed: { replicas: number } | { networks: readonly string[] } | { ports: readonly string[] };
  };
  'live-restore-on': { expected: boolean; observed: { engine: boolean; configuration: boolean } };
  'hostname-shared': { expected: string; observed: string };
  'engine-id-shared': { expected: string; observed: string };
  'gossip-unaware': { expected: string; observed: string | null };
  'gossip-self-missing': { expected: string; observed: readonly string[] };
  'keystore-silent': { expected: string; observed: string };
  'keystore-member-missing': { expected: string; observed: readonly string[] };
  'keystore-network-missing': { expected: string; observed: readonly string[] };
  'keystore-endpoint-missing': {
    expected: { endpointId: string; address: string };
    observed: null;
  };
  'endpoint-without-container': {
    expected: null;
    observed: { endpointId: string; address: string; hostAddress: string };
  };
  'network-missing': { expected: string; observed: readonly string[] | null };
  'network-mismatch': {
    expected: string | { subnet: string } | Pick<NetworkFacts, 'id' | 'name' | 'subnets'>;
    /** The network of one host, the shared network, or all networks with the name. */
    observed:
      | Pick<NetworkFacts, 'id' | 'name' | 'driver' | 'scope' | 'subnets'>
      | Pick<NetworkFacts, 'id' | 'subnets'>
      | readonly Pick<NetworkFacts, 'id' | 'subnets'>[];
  };
  'subnets-overlap': {
    expected: string;
    /** With the command that deletes the route to the range, if a user or a program has added it. */
    observed: { subnet: string; range: string; undo?: Command | undefined };
  };
  'addresses-missing': {
    expected: { free: number };
    observed: { free: number; usable: number; used: number; subnets: readonly string[] };
  };
  'container-missing': { expected: string; observed: null };
  /** The other host; or the networks of a container that is not on the expected one. */
  'container-elsewhere': { expected: string; observed: string | readonly string[] };
  'container-not-running': {
    expected: string;
    observed: Pick<ContainerFacts, 'status' | 'exitCode' | 'restartCount' | 'error'>;
  };
  'forwarding-missing': {
    expected: Forwarding;
    observed: Forwarding | { mac: string; master: string } | null;
  };
  'forwarding-mismatch': {
    expected: Forwarding;
    observed: Forwarding & { astray: string | undefined };
  };
  'forwarding-stale': {
    expected: null;
    observed: Forwarding & { address: string | undefined };
  };
  'neighbour-missing': { expected: Neighbor; observed: null };
  'neighbour-mismatch': { expected: Neighbor; observed: Neighbor };
  'neighbour-stale': { expected: null; observed: Neighbor };
  'neighbours-refused': {
    expected: { refused: number };
    observed: { refused: number; room: number };
  };
  'address-shared': {
    expected: string;
    /** With the place of an address that no engine has assigned. */
    observed: { address: string } | { device: string; address: string; process: number };
  };
  /** The state of a device by its name, or the wrong `vni` or `port`. */
  'vxlan-mismatch': {
    expected: string | Readonly<Record<string, 'up' | readonly number[]>>;
    observed: Readonly<Record<string, 'down' | number>> | null;
  };
  'mtu-mismatch': {
    expected: { device: string; mtu: number; command: Command };
    observed: { device: string; mtu: number };
  };
  'firewall-drops': {
    expected: null;
    observed: Pick<
      FirewallRule,
      'tool' | 'table' | 'chain' | 'text' | 'verdict' | 'concerns' | 'packets' | 'undo'
    >;
  };
  'encryption-rule-missing': {
    expected: { effect: EncryptionRule['effect']; vni: number; port: number };
    observed: null;
  };
  'encryption-state-missing': {
    expected: {
      part: 'policy' | 'outgoing state' | 'incoming state';
      source: string;
      destination: string;
      spi: number | null;
    };
    observed: null;
  };
  'encryption-key-differs': {
    expected: { spi: number | null };
    observed: { spis: readonly number[]; hasSameKey: boolean | null };
  };
  'kernel-feature-missing': {
    expected: string;
    observed: { feature: KernelFeature; errors: readonly string[] };
  };
  'ipvs-missing': { expected: string; observed: { services: readonly string[] } };
  'balancer-forwarding-off': {
    expected: string;
    observed: { value: string; namespace: string; services: readonly string[] };
  };
  'mesh-rule-missing': {
    expected: { protocol: string; port: number; destination: string | null };
    observed: { missing: 'chain' | 'jump' | 'rule'; destination: string | null };
  };
  'service-vip-missing': {
    expected: { address: string };
    observed: { missing: readonly BalancerPart[]; namespace: string | null };
  };
  'backend-missing': {
    expected: { address: string };
    observed: { servers: readonly Pick<RealServer, keyof RealServer>[] };
  };
  'backend-stale': {
    expected: null;
    observed: Pick<RealServer, keyof RealServer> & { namespace: string };
  };
  'service-address-silent': {
    expected: { address: string; port: number; tasks: readonly string[] };
    observed: { container: string; error: string };
  };
  'service-task-cut': {
    expected: { address: string; port: number };
    observed: { error: string };
  };
  'service-task-silent': {
    expected: { address: string; port: number };
    observed: { container: string; error: string };
  };
  'docker-rules-missing': { expected: readonly string[]; observed: readonly string[] };
  'docker-rules-duplicated': {
    expected: string;
    observed: { tool: string; rules: number };
  };
  'forwarding-off': { expected: { forwards: boolean }; observed: { forwards: boolean } };
  'gateway-mismatch': { expected: string; observed: string };
  'connections-refused': {
    expected: { dropped: number };
    observed: { count: number; capacity: number; dropped: number };
  };
  'vxlan-taken': { expected: null; observed: { device: string; vni: number; port: number } };
  'name-unanswered': {
    expected: ResolvedName;
    observed: { answers: readonly string[] | null; error: string | null };
  };
  'name-mismatch': {
    expected: ResolvedName;
    observed: { answers: readonly string[]; from: NameAnswer['from'] };
  };
  'service-name-unanswered': {
    expected: ResolvedName;
    observed: { answers: readonly string[] | null; error: string | null };
  };
  'service-name-mismatch': { expected: ResolvedName; observed: { answers: readonly string[] } };
  'host-path-dead': { expected: string; observed: { reachedNic: boolean; letIn: boolean } };
  'gossip-path-dead': {
    expected: { transport: 'tcp' | 'udp'; port: number; answered: boolean };
    observed: Pick<GossipTrial, 'transport' | 'answered' | 'arrived' | 'letIn' | 'error'> & {
      port: number;
    };
  };
  'manager-path-dead': {
    expected: { port: number; answered: boolean };
    observed: { port: number; answered: boolean; error: string | undefined };
  };
  'esp-dead': {
    expected: { reachedNic: boolean; letIn: boolean };
    observed: { reachedNic: boolean; letIn: boolean };
  };
  'packets-in-clear': {
    expected: string;
    observed: { device: string; switches: readonly string[] };
  };
  'tunnel-dead': {
    expected: Pick<TunnelTrial, 'reachedNic' | 'letIn' | 'cameOut'>;
    observed: Pick<TunnelTrial, 'reachedNic' | 'letIn' | 'cameOut' | 'error'>;
  };
  'container-path-dead': {
    expected: Readonly<Partial<Record<Protocol, 'answered'>>>;
    observed: {
      outcomes: Readonly<Partial<Record<Protocol, PathOutcome>>>;
      lastSeen: Pick<Sighting, keyof Sighting> | null;
      errors: readonly string[];
    };
  };
  'packets-lost': {
    expected: { lost: number };
    observed: NonNullable<LossTrial['second']>;
  };
  'source-mismatch': { expected: string; observed: string };
  'checksums-wrong': {
    expected: { tcp: number; udp: number };
    observed: { tcp: number; udp: number };
  };
  'networks-joined': {
    expected: string;
    observed: { network: string; ways: IsolationTrial['ways'] };
  };
  /** The result of a connection, by its origin. */
  'port-silent': { expected: string; observed: Readonly<Record<string, string>> };
  'application-fails': {
    expected: { status: number };
    observed: { status: number | null; body: string | null; error: string | undefined };
  };
  'application-mismatch': { expected: string; observed: string | null };
  'application-without-database': {
    expected: { queries: number; row: string };
    observed: { queries: number; body: string | null };
  };
}
