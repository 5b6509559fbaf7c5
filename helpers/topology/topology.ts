import type { z } from 'zod';
import { clusterKindOf, keystoreOf } from '../cluster/cluster-plan.ts';
import { digestOf } from '../debian/images/digest-of.ts';
import type { topologySchema } from './topology-schema.ts';

/** The parts of a set-up. Each needs the ones before it. */
export const stages = ['keystore', 'cluster', 'network', 'workload'] as const;
export type Stage = (typeof stages)[number];

/** Whether `stage` belongs to a set-up that goes up to `until`. */
export function includesStage(until: Stage, stage: Stage): boolean {
  return stages.indexOf(stage) <= stages.indexOf(until);
}

/** A description of a cluster: what `overlay-e2e up` makes. What it must be like stands in its schema. */
export type Topology = Immutable<z.infer<typeof topologySchema>>;
export type TopologyMachine = Topology['machines'][number];
/** The car service: an application on one machine, its database on another. */
export type CarService = NonNullable<Topology['workload']>;
/** A container of the user's own. */
export type TopologyContainer = NonNullable<Topology['containers']>[number];

/** A container by its name, the machine that it runs on and the network that it is on. */
export interface ContainerPlace {
  readonly container: string;
  readonly machine: string;
  readonly network: string;
  /** Another one for whatever else is described of a container of the user's own. */
  readonly mark?: string;
}

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** The last stage that engines of such a cluster can be in, and why; undefined when they can be in all of them. */
export function limitOf({
  cluster,
}: Pick<Topology, 'cluster'>): { readonly stage: Stage; readonly because: string } | undefined {
  const because = clusterKindOf(cluster).whyNoContainers(cluster);
  return because === undefined ? undefined : { stage: 'network', because };
}

/** How far a topology is stood up when nothing is said. */
export function lastStageOf(topology: Pick<Topology, 'cluster'>): Stage {
  return limitOf(topology)?.stage ?? 'workload';
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

/** Which containers the topology has, and where: the car service's first, then the user's own. */
export function placesOf({
  workload,
  containers = [],
}: Pick<Topology, 'workload' | 'containers'>): ContainerPlace[] {
  const cars = workload === undefined ? [] : [workload.application, workload.database];
  return [
    ...cars.map(({ container, machine }) => ({
      container,
      machine,
      network: workload?.network ?? '',
    })),
    ...containers.map((one) => ({
      container: one.name,
      machine: one.machine,
      network: one.network,
      mark: digestOf(one),
    })),
  ];
}

/** The machine of that name, as the topology describes it. */
export function machineOf({ machines }: Topology, wanted: string): TopologyMachine {
  return machines.find(({ name }) => name === wanted) ?? { name: wanted };
}
