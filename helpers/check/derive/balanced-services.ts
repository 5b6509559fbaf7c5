import type { ServiceFacts, TaskFacts } from '../../docker/swarm/service-facts.ts';
import type { Balancer, BalancerTables } from '../model/views/balancing-view.ts';
import type { HostView, Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import { endpointsOf } from './endpoints.ts';
import { memoize } from './memoize.ts';
import { servicesOf, type ServicesView } from './services.ts';

/** A task that ran before and after all else was observed, with the same address: every load balancer must know it. */
export interface SteadyTask {
  readonly id: string;
  /** As its container: `web.1.4owslb8bwfzza78idpe05cj7w`. */
  readonly name: string;
  readonly address: string;
  /** The host of its node, if it was examined. */
  readonly host: string | undefined;
}

/** A service on one of its networks, and its tasks there. */
export interface ServiceOnNetwork {
  readonly service: ServiceFacts;
  readonly networkId: string;
  readonly network: string;
  /** True for the routing mesh. */
  readonly isMesh: boolean;
  /** Its virtual address; undefined with `dnsrr`. */
  readonly address: string | undefined;
  /** At least one. */
  readonly steady: readonly SteadyTask[];
  /** Addresses that its tasks had at any moment of the check, also of tasks that were starting or stopping. */
  readonly possible: ReadonlySet<string>;
}

/** A load balancer that must know a service. */
export interface ServiceOnHost extends ServiceOnNetwork {
  readonly address: string;
  readonly host: HostView;
  /** Undefined if the host has no sandbox for the network. */
  readonly balancer: Balancer | undefined;
}

/** Tasks in these states have ended, and their addresses are free again. */
const ended = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/**
 * The services with at least one steady task, on each of their networks. A service that was changed during the check is
 * left out.
 */
export const servicesOnNetworks = memoize(
  (observation: Observation): readonly ServiceOnNetwork[] => {
    const view = valueOf(servicesOf(observation));
    const { networks = [], nodes = [] } = valueOf(observation.swarm) ?? {};
    if (view?.later === undefined) return [];
    const { later } = view;
    const ready = new Set(nodes.filter(({ state }) => state === 'ready').map(({ id }) => id));
    const mesh = meshIdOf(observation);
    const tasksOf = groupTasks(view);
    return view.services.flatMap((service): ServiceOnNetwork[] => {
      const again = later.services.find(({ id }) => id === service.id);
      if (again === undefined || again.endpointMode !== service.endpointMode) return [];
      const tasks = tasksOf(service.id);
      const joined = new Set(
        tasks.before.flatMap(({ addressesById }) => Object.keys(addressesById)),
      );
      return [...joined].flatMap((networkId) => {
        const address = service.virtualAddresses[networkId];
        if (again.virtualAddresses[networkId] !== address) return [];
        const steady = tasks.before
          .filter((task) => isSteady(task, tasks.after, networkId) && ready.has(task.nodeId))
          .map(
            (task): SteadyTask => ({
              id: task.id,
              name: nameOfTask(task, service.name),
              address: task.addressesById[networkId] ?? '',
              host: hostOfNode(observation, task.nodeId)?.name,
            }),
          );
        if (steady.length === 0) return [];
        const possible = new Set(
          [...tasks.before, ...tasks.after]
            .filter(({ state }) => !ended.has(state))
            .flatMap(({ addressesById }) => addressesById[networkId] ?? []),
        );
        const network = networks.find(({ id }) => id === networkId)?.name ?? networkId.slice(0, 12);
        const isMesh = networkId === mesh;
        return [{ service, networkId, network, isMesh, address, steady, possible }];
      });
    });
  },
);

/**
 * The load balancers that must know these services: on each host with a container on the network; for the routing mesh, on
 * each host. Hosts whose load balancing was not observed are left out.
 */
export const servicesOnHosts = memoize((observation: Observation): readonly ServiceOnHost[] => {
  const services = servicesOnNetworks(observation);
  const endpoints = endpointsOf(observation);
  return observation.hosts.flatMap((host): ServiceOnHost[] => {
    const balancing = valueOf(host.balancing);
    if (balancing === undefined) return [];
    const joined = new Set(
      endpoints.filter((one) => one.host === host.name).map(({ networkId }) => networkId),
    );
    const known = valueOf(host.engine)?.networks ?? [];
    return services.flatMap((one): ServiceOnHost[] => {
      const { address } = one;
      if (address === undefined) return [];
      const isThere = one.isMesh
        ? known.some(({ id }) => id === one.networkId)
        : joined.has(one.networkId);
      const isItsOwn = ({ idPrefix }: Pick<Balancer, 'idPrefix'>) =>
        idPrefix === undefined ? one.isMesh : !one.isMesh && one.networkId.startsWith(idPrefix);
      const isUnread = balancing.unread.some(({ namespace }) =>
        isItsOwn({ idPrefix: prefixOf(namespace) }),
      );
      if (!isThere || isUnread) return [];
      return [{ ...one, address, host, balancer: balancing.balancers.find(isItsOwn) }];
    });
  });
});

/** The beginning of the network's ID in the name of a sandbox; undefined for the routing mesh. */
export function prefixOf(namespace: string): string | undefined {
  return /\/lb_(\w+)$/.exec(namespace)?.[1];
}

/** Returns the mark of the packets to a virtual address. Of several rules, the last one counts. */
export function markOf({ marks }: BalancerTables, address: string): number | undefined {
  return marks.findLast((rule) => rule.by === 'address' && rule.address === address)?.mark;
}

/** The host of a node, by its ID. */
function hostOfNode({ hosts }: Observation, nodeId: string): HostView | undefined {
  return hosts.find(({ engine }) => valueOf(engine)?.info.swarmNode?.id === nodeId);
}

/** The name of a task's container: with a number, or with the node's ID for a global service. */
export function nameOfTask({ slot, nodeId, id }: TaskFacts, service: string): string {
  return `${service}.${slot === 0 ? nodeId : slot}.${id}`;
}

function isSteady(task: TaskFacts, after: readonly TaskFacts[], networkId: string): boolean {
  const address = task.addressesById[networkId] ?? '';
  const again = after.find(({ id }) => id === task.id);
  return (
    address !== '' &&
    isRunning(task) &&
    again !== undefined &&
    isRunning(again) &&
    again.addressesById[networkId] === address
  );
}

function isRunning({ state, desiredState }: TaskFacts): boolean {
  return state === 'running' && desiredState === 'running';
}

function groupTasks({ tasks, later }: ServicesView) {
  const before = Map.groupBy(tasks, ({ serviceId }) => serviceId);
  const after = Map.groupBy(later?.tasks ?? [], ({ serviceId }) => serviceId);
  return (serviceId: string) => ({
    before: before.get(serviceId) ?? [],
    after: after.get(serviceId) ?? [],
  });
}

/** The ID of the routing mesh, as the first engine that lists it has it. */
export function meshIdOf({ hosts }: Pick<Observation, 'hosts'>): string | undefined {
  const networks = hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  return networks.find(({ ingress }) => ingress)?.id;
}
