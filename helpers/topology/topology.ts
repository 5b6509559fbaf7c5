import type { z } from 'zod';
import { clusterKindOf, keystoreOf } from '../cluster/cluster-plan.ts';
import { digestOf } from '../debian/images/digest-of.ts';
import type { topologySchema } from './topology-schema.ts';

/** The stages of a bring-up. Each needs the ones before it. */
export const stages = ['keystore', 'cluster', 'network', 'workload'] as const;
export type Stage = (typeof stages)[number];

/** Returns true if a bring-up up to `until` includes `stage`. */
export function includesStage(until: Stage, stage: Stage): boolean {
  return stages.indexOf(stage) <= stages.indexOf(until);
}

/** A description of a cluster that `overlay-e2e up` creates. */
export type Topology = Immutable<z.infer<typeof topologySchema>>;
export type TopologyMachine = Topology['machines'][number];
/** The car service: an application on one machine, its database on another. */
export type CarService = NonNullable<Topology['workload']>;
/** A user-defined container. */
export type TopologyContainer = NonNullable<Topology['containers']>[number];
/** A service of a swarm. */
export type TopologyService = NonNullable<Topology['services']>[number];

/** A container by its name, the machine that runs it and its network. */
export interface ContainerPlace {
  readonly container: string;
  readonly machine: string;
  readonly network: string;
  /** The digest of a user-defined container's description, which changes with the description. */
  readonly mark?: string;
}

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** Returns the last stage that engines of a cluster support, with the reason; undefined if they support all stages. */
export function limitOf({
  cluster,
}: Pick<Topology, 'cluster'>): { readonly stage: Stage; readonly because: string } | undefined {
  const because = clusterKindOf(cluster).whyNoContainers(cluster);
  return because === undefined ? undefined : { stage: 'network', because };
}

/** Returns the last stage to bring up by default. */
export function lastStageOf(topology: Pick<Topology, 'cluster'>): Stage {
  return limitOf(topology)?.stage ?? 'workload';
}

/** Returns the topology with an engine for all machines that do not name one. */
export function withEngine(topology: Topology, engineBundle: string): Topology {
  const machines = topology.machines.map((machine) => ({ engineBundle, ...machine }));
  return { ...topology, machines };
}

/** Returns the topology with an engine, under a combined name: `etcd@20.10.24`. */
export function combine(topology: Topology, engineBundle: string): Topology {
  return { ...withEngine(topology, engineBundle), name: `${topology.name}@${engineBundle}` };
}

/** Returns the machines whose engines form the cluster: all except the keystore. */
export function membersOf({ machines, cluster }: Topology): TopologyMachine[] {
  const keystore = keystoreOf(cluster);
  return machines.filter(({ name }) => name !== keystore);
}

/** Returns the topology's containers with their machines: the car service's first, then user-defined ones. */
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

/** Returns the machine with that name, as the topology describes it. */
export function machineOf({ machines }: Topology, wanted: string): TopologyMachine {
  return machines.find(({ name }) => name === wanted) ?? { name: wanted };
}

/** A service by its name, with the digest of its description. */
export interface ServicePlace {
  readonly service: string;
  readonly mark: string;
}

/** Returns the services of a topology. The content of configs and secrets is a part of a service's description. */
export function servicesOf({
  services = [],
  configs = [],
  secrets = [],
}: Pick<Topology, 'services' | 'configs' | 'secrets'>): ServicePlace[] {
  return services.map((one) => ({
    service: one.name,
    mark: digestOf([
      one,
      configs.filter(({ name }) => one.configs?.some((used) => used.name === name)),
      secrets.filter(({ name }) => one.secrets?.some((used) => nameOfFile(used) === name)),
    ]),
  }));
}

/** A config or secret by its name, with the digest of its content. */
export interface FilePlace {
  readonly kind: 'config' | 'secret';
  readonly name: string;
  readonly mark: string;
}

/** Returns the configs and secrets of a topology. Without services, the managers store none. */
export function filesOf({
  services = [],
  configs = [],
  secrets = [],
}: Pick<Topology, 'services' | 'configs' | 'secrets'>): FilePlace[] {
  if (services.length === 0) return [];
  const place =
    (kind: FilePlace['kind']) =>
    ({ name, content }: { readonly name: string; readonly content: string }): FilePlace => ({
      kind,
      name,
      mark: digestOf(content),
    });
  return [...configs.map(place('config')), ...secrets.map(place('secret'))];
}

/** Returns the name of a secret of a service. */
export function nameOfFile(used: string | { readonly name: string }): string {
  return typeof used === 'string' ? used : used.name;
}

/** A published port of a service. */
export interface TopologyPort {
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
  readonly mode: 'ingress' | 'host';
}

/** Parses a published port of a service. */
export function parseServicePort(
  port: NonNullable<TopologyService['ports']>[number],
): TopologyPort {
  if (typeof port !== 'string') {
    const { published, target, protocol = 'tcp', mode = 'ingress' } = port;
    return { published, target, protocol, mode };
  }
  const [numbers = '', protocol] = port.split('/');
  const [published, target] = numbers.split(':').map(Number);
  return {
    published: published ?? 0,
    target: target ?? 0,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    mode: 'ingress',
  };
}

/** Returns the name of a network of a service, and the service's further names on it. */
export function parseServiceNetwork(network: TopologyService['networks'][number]): {
  readonly name: string;
  readonly aliases: readonly string[];
} {
  return typeof network === 'string' ? { name: network, aliases: [] } : network;
}
