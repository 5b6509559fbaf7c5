import { type ClusterPlan, keystoreOf } from '../cluster/cluster-plan.ts';

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
  readonly cluster: ClusterPlan;
  /**
   * The engine of its machines, if it is not the provider's own choice: a version, `system`, or a folder with dockerd.
   * E2E_ENGINE_BUNDLE goes before it, and a machine's own before both.
   */
  readonly engineBundle?: string;
  readonly machines: readonly TopologyMachine[];
  readonly networks: readonly TopologyNetwork[];
  readonly workload: CarService;
  /** The last stage that its engines can be in, and why, if they cannot be in all of them. */
  readonly upTo?: { readonly stage: Stage; readonly because: string };
}

export interface TopologyMachine {
  readonly name: string;
  /** Engine options beside those that the cluster kind asks for. */
  readonly engineOptions?: readonly string[];
  readonly engineLabels?: readonly string[];
  readonly engineBundle?: string;
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

/** How far a topology is stood up when nothing is said. */
export function lastStageOf({ upTo }: Pick<Topology, 'upTo'>): Stage {
  return upTo?.stage ?? 'workload';
}

/** The topology with that engine on every machine that names none of its own. */
export function withEngine(topology: Topology, engineBundle: string): Topology {
  const machines = topology.machines.map((machine) => ({ engineBundle, ...machine }));
  return { ...topology, machines };
}

/** The same, under a name of its own: `etcd@20.10.24`. */
export function combine(topology: Topology, engineBundle: string): Topology {
  return { ...withEngine(topology, engineBundle), name: `${topology.name}@${engineBundle}` };
}

/** The machines whose engines form the cluster: all but the keystore. */
export function membersOf({ machines, cluster }: Topology): TopologyMachine[] {
  const keystore = keystoreOf(cluster);
  return machines.filter(({ name }) => name !== keystore);
}

/** The machine of that name, as the topology describes it. */
export function machineOf({ machines }: Topology, wanted: string): TopologyMachine {
  return machines.find(({ name }) => name === wanted) ?? { name: wanted };
}
