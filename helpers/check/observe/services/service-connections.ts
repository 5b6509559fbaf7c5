import { chooseInTurns } from '../choose-in-turns.ts';
import { type ServicesView, servicesOf } from '../../derive/services.ts';
import type { Observation, QueriedHost } from '../../model/observation.ts';
import { type Observed, valueOf, withValue, withoutValue } from '../../model/observed.ts';
import type { BalancingView } from '../../model/views/balancing-view.ts';
import type {
  ServiceConnection,
  ServiceConnectionsView,
  TaskPort,
} from '../../model/views/service-connections-view.ts';
import type { Namespace } from '../../probe/namespace.ts';
import {
  type ObservationContext,
  privilegedProbeOn,
  type QueriedCluster,
} from '../observation-context.ts';
import {
  connectFrom,
  connectInTasks,
  readKeepAlive,
  type TaskEnd,
  taskEndsOf,
} from './task-ports.ts';

/** Connections that are made at most, unless the user says otherwise. Those to virtual addresses come first. */
const MOST_CONNECTIONS = 1000;

/** Tasks behind one silent virtual address that are connected to. */
const MOST_TASKS = 50;

type Question = Omit<ServiceConnection, 'error'> & { readonly namespace: Namespace };

/**
 * Connects from a container on each host and network to the virtual address of each service there, and to each of its tasks;
 * to the tasks also from the load balancer. Opens TCP connections and sends no data.
 */
export async function observeServiceConnections(
  cluster: QueriedCluster,
  swarm: Observation['swarm'],
  context: ObservationContext,
  balancing: (host: QueriedHost) => Observed<BalancingView>,
): Promise<Observed<ServiceConnectionsView>> {
  const view = servicesOf({ swarm });
  if ('missing' in view) return view;
  const hosts = cluster.hosts.map(({ name: host }) => ({
    host,
    ...privilegedProbeOn(context, host),
  }));
  const blind = hosts.flatMap((one) =>
    'missing' in one ? [{ host: one.host, why: one.missing, because: one.because }] : [],
  );
  const unwanted = blind.find(({ because }) => because === 'not-requested');
  if (unwanted !== undefined) return withoutValue(unwanted.why, 'not-requested');
  const seeing = cluster.hosts.filter(({ name }) => !blind.some(({ host }) => host === name));
  const origins = originsOn(seeing, balancing);
  const ends = taskEndsOf({ hosts: seeing }, view.value);
  const taskPorts = await connectInTasks(ends, swarm, context);
  const { virtual, direct } = connectionsTo(view.value, origins, ends, taskPorts);
  const all = [...virtual, ...direct];
  const { maxPairs = MOST_CONNECTIONS } = context.options;
  const chosen = chooseInTurns(all, ({ host }) => host, maxPairs);
  const first = await connectFrom(chosen, context);
  const silent = chosen.filter((one) => first.has(one));
  // A silent virtual address means something only if the tasks behind it answer.
  const asked = new Set(chosen.map(keyOf));
  const behind = silent
    .filter(({ taskId }) => taskId === undefined)
    .flatMap((one) => direct.filter((other) => isBehind(one, other)).slice(0, MOST_TASKS))
    .filter((one) => !asked.has(keyOf(one)));
  const more = [...new Set(behind)];
  const again = await connectFrom([...silent, ...more], context);
  return withValue({
    connections: [...chosen, ...more].map((one) => {
      const { namespace: _namespace, ...connection } = one;
      // A connection that was lost once is not lost for good: a busy task or a full queue may be the reason.
      return {
        ...connection,
        error: first.has(one) || more.includes(one) ? again.get(one) : undefined,
      };
    }),
    taskPorts,
    keepAlive: await readKeepAlive(inUse(view.value, seeing, balancing), ends, context),
    blind: blind.map(({ host, why }) => ({ host, why })),
    questions: { all: all.length, asked: chosen.length + more.length },
  });
}

/** The services to whose virtual addresses connections are open. */
function inUse(
  { services }: Pick<ServicesView, 'services'>,
  hosts: QueriedCluster['hosts'],
  balancing: (host: QueriedHost) => Observed<BalancingView>,
): Set<string> {
  const open = new Set(
    hosts.flatMap((host) =>
      (valueOf(balancing(host))?.balancers ?? []).flatMap(({ before }) => before?.open ?? []),
    ),
  );
  return new Set(
    services
      .filter(({ virtualAddresses }) =>
        Object.values(virtualAddresses).some((address) => open.has(address)),
      )
      .map(({ id }) => id),
  );
}

function keyOf({ containerId, from, networkId, address, port }: Question): string {
  return `${containerId} ${from} ${networkId} ${address} ${port}`;
}

/** Returns true for a connection to a task of the service, from the same place to the same port. */
function isBehind(virtual: Question, direct: Question): boolean {
  return (
    direct.taskId !== undefined &&
    direct.from === 'container' &&
    direct.serviceId === virtual.serviceId &&
    direct.networkId === virtual.networkId &&
    direct.containerId === virtual.containerId &&
    direct.port === virtual.port
  );
}

/** A namespace on one network from which connections are made. */
type Origin = Pick<
  Question,
  'host' | 'container' | 'containerId' | 'networkId' | 'from' | 'namespace'
>;

/** Returns all connections: to virtual addresses, and to tasks, in turns from each origin. */
export function connectionsTo(
  { services, tasks }: Pick<ServicesView, 'services' | 'tasks'>,
  origins: readonly Origin[],
  ends: readonly TaskEnd[],
  taskPorts: readonly TaskPort[],
): { readonly virtual: Question[]; readonly direct: Question[] } {
  const running = Map.groupBy(
    tasks.filter(({ state }) => state === 'running'),
    ({ serviceId }) => serviceId,
  );
  const endOf = new Map(ends.map((end) => [end.taskId, end]));
  const byNetwork = Map.groupBy(taskPorts, ({ networkId }) => networkId);
  const virtual: Question[] = [];
  const direct: Question[][] = [];
  for (const origin of origins) {
    const { networkId, containerId, from } = origin;
    const own = byNetwork.get(networkId) ?? [];
    const byService = Map.groupBy(own, ({ serviceId, port }) => `${serviceId} ${port}`);
    for (const service of services) {
      const address = service.virtualAddresses[networkId];
      const all = running.get(service.id)?.length;
      for (const port of new Set(own.map((one) => one.port))) {
        const same = byService.get(`${service.id} ${port}`) ?? [];
        // A task that refuses connections, or that is unknown, may get this connection.
        const isWhole =
          same.length > 0 && same.length === all && same.every(({ accepts }) => accepts);
        if (isWhole && address !== undefined && from === 'container') {
          virtual.push({ ...origin, serviceId: service.id, port, taskId: undefined, address });
        }
      }
    }
    direct.push(
      own.flatMap(({ serviceId, taskId, port, accepts }) => {
        const end = endOf.get(taskId);
        const address = end?.addresses[networkId];
        const isOwn = from === 'container' && end?.containerId === containerId;
        if (!accepts || address === undefined || isOwn) return [];
        return [{ ...origin, serviceId, taskId, address, port }];
      }),
    );
  }
  return { virtual, direct: inTurns(direct) };
}

/**
 * On each host and overlay network one container, and the load balancer of its connections. In the routing mesh, tasks do not
 * reach each other.
 */
export function originsOn(
  hosts: QueriedCluster['hosts'],
  balancing: (host: QueriedHost) => Observed<BalancingView>,
): Origin[] {
  return hosts.flatMap((host) => {
    const view = valueOf(host.engine);
    const sandboxes = valueOf(balancing(host))?.balancers ?? [];
    const overlays = (view?.networks ?? []).filter(
      ({ driver, ingress }) => driver === 'overlay' && !ingress,
    );
    return overlays.flatMap(({ id: networkId }): Origin[] => {
      const asker = view?.containers.find(
        ({ status, pid, networks }) =>
          status === 'running' &&
          pid > 0 &&
          Object.values(networks).some((one) => one.networkId === networkId),
      );
      if (asker === undefined) return [];
      const { name: container, id: containerId, pid } = asker;
      const place = { host: host.name, container, containerId, networkId };
      const sandbox = sandboxes.find(
        ({ idPrefix }) => idPrefix !== undefined && networkId.startsWith(idPrefix),
      );
      return [
        { ...place, from: 'container', namespace: { pid } },
        ...(sandbox === undefined
          ? []
          : [{ ...place, from: 'load-balancer' as const, namespace: { path: sandbox.namespace } }]),
      ];
    });
  });
}

/** The first of each list, then the second of each, and so on: a limit leaves out a part of each. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}
