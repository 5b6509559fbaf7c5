/** The parts of a set-up. Each needs the ones before it. */
export const stages = ['keystore', 'cluster', 'network', 'workload'] as const;
export type Stage = (typeof stages)[number];

/** Whether `stage` belongs to a set-up that goes up to `until`. */
export function includesStage(until: Stage, stage: Stage): boolean {
  return stages.indexOf(stage) <= stages.indexOf(until);
}

/** A description of a cluster: what `overlay-e2e up` makes. */
export interface Topology {
  readonly name: string;
  readonly cluster: ConsulCluster;
  readonly machines: readonly TopologyMachine[];
  readonly networks: readonly TopologyNetwork[];
  readonly workload: CarService;
}

/** Engines that find each other through Consul, which runs in a container on the keystore. */
export interface ConsulCluster {
  readonly kind: 'consul';
  /** The name of the machine that holds the key-value store. */
  readonly keystore: string;
  /** What the engines advertise to each other: `INTERFACE:PORT`. */
  readonly advertise: string;
}

export interface TopologyMachine {
  readonly name: string;
  /** Engine options beside those that the cluster kind asks for. */
  readonly engineOptions?: readonly string[];
  readonly engineLabels?: readonly string[];
  /** For the provider docker-machine: variables that its driver reads, such as `GENERIC_IP_ADDRESS`. */
  readonly driver?: Readonly<Record<string, string>>;
}

export interface TopologyNetwork {
  readonly name: string;
  readonly driver: 'overlay';
  readonly subnet: string;
  /** The one machine on which it is created; the others learn of it. */
  readonly createdOn: string;
}

/** The car service: an application on one machine, its database on another. */
export interface CarService {
  readonly network: string;
  readonly application: { readonly container: string; readonly machine: string };
  readonly database: { readonly container: string; readonly machine: string };
}

/** The machines whose engines form the cluster: all but the keystore. */
export function membersOf(topology: Topology): TopologyMachine[] {
  return topology.machines.filter(({ name }) => name !== topology.cluster.keystore);
}

/** The machine that holds the key-value store. */
export function keystoreOf({ machines, cluster }: Topology): TopologyMachine {
  return machines.find(({ name }) => name === cluster.keystore) ?? { name: cluster.keystore };
}
