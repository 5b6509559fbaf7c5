import { randomBytes } from 'node:crypto';
import { meshIdsOf } from '../../derive/endpoints.ts';
import { type ServicesView, servicesOf } from '../../derive/services.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type {
  ServiceConnectionsView,
  TaskPort,
} from '../../model/views/service-connections-view.ts';
import type { Namespace } from '../../probe/namespace.ts';
import type { TrialRequest } from '../../probe/packets.ts';
import { listeningPorts } from '../application/listening.ts';
import { readSocketTables } from '../application/socket-tables.ts';
import {
  type ObservationContext,
  privilegedProbeOn,
  type QueriedCluster,
} from '../observation-context.ts';
import { startNumbers } from '../paths/plan/trial-plan.ts';

/** Ports of a service that are connected to at most. Published ports come first. */
const MOST_PORTS = 2;

/** A container of a task that runs on an examined host. */
export interface TaskEnd {
  readonly serviceId: string;
  readonly taskId: string;
  readonly host: string;
  readonly containerId: string;
  readonly pid: number;
  /** By the network's ID, without the routing mesh, in which tasks accept connections of load balancers only. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** A port to connect to from a namespace. */
export interface Question {
  readonly host: string;
  readonly namespace: Namespace;
  readonly address: string;
  readonly port: number;
}

/** The running tasks of services whose containers the hosts have. */
export function taskEndsOf(
  { hosts }: Pick<QueriedCluster, 'hosts'>,
  { tasks }: Pick<ServicesView, 'tasks'>,
): TaskEnd[] {
  const containers = new Map(
    hosts.flatMap(({ name: host, engine }) =>
      (valueOf(engine)?.containers ?? [])
        .filter(({ status, pid }) => status === 'running' && pid > 0)
        .map(({ id, pid }) => [id, { host, pid }] as const),
    ),
  );
  const meshes = meshIdsOf({ hosts });
  return tasks.flatMap(({ id: taskId, serviceId, state, containerId, addressesById }) => {
    const place = containers.get(containerId);
    if (place === undefined || serviceId === '' || state !== 'running') return [];
    const addresses = Object.fromEntries(
      Object.entries(addressesById).filter(([networkId]) => !meshes.has(networkId)),
    );
    return [{ serviceId, taskId, containerId, ...place, addresses }];
  });
}

/**
 * Connects to the ports of tasks from inside their own containers, where neither a load balancer nor a network is on the
 * way. The service publishes these ports; the task of a service without them listens on them.
 */
export async function connectInTasks(
  ends: readonly TaskEnd[],
  swarm: Observation['swarm'],
  context: ObservationContext,
): Promise<TaskPort[]> {
  const services = valueOf(servicesOf({ swarm }))?.services ?? [];
  const published = new Map(
    services.map(({ id, ports }) => [
      id,
      ports.filter(({ protocol }) => protocol === 'tcp').map(({ target }) => target),
    ]),
  );
  const tables = await readSocketTables(
    ends.filter(({ serviceId }) => (published.get(serviceId) ?? []).length === 0),
    context,
  );
  const questions = ends.flatMap((end) => {
    const known = published.get(end.serviceId) ?? [];
    return Object.entries(end.addresses).flatMap(([networkId, address]) => {
      const ports = known.length > 0 ? known : listeningPorts(tables.get(end) ?? [], address);
      return [...new Set(ports)].slice(0, MOST_PORTS).map((port) => {
        const { serviceId, taskId, host, pid } = end;
        return { serviceId, taskId, networkId, host, namespace: { pid }, address, port };
      });
    });
  });
  const errors = await connectFrom(questions, context);
  return questions.map((question) => {
    const { serviceId, taskId, networkId, port } = question;
    return { serviceId, taskId, networkId, port, accepts: errors.get(question) === undefined };
  });
}

const KEEP_ALIVE = '/proc/sys/net/ipv4/tcp_keepalive_time';

/** Reads after which time the kernel keeps idle connections alive, in one task of each of these services. */
export async function readKeepAlive(
  services: ReadonlySet<string>,
  ends: readonly TaskEnd[],
  context: ObservationContext,
): Promise<ServiceConnectionsView['keepAlive']> {
  const first = new Map(ends.toReversed().map((end) => [end.serviceId, end]));
  const read = await Promise.all(
    [...services].map(async (serviceId) => {
      const end = first.get(serviceId);
      const probe = end && valueOf(privilegedProbeOn(context, end.host));
      if (end === undefined || probe === undefined) return [];
      const [file] = await probe.read([KEEP_ALIVE], {
        namespace: { pid: end.pid },
        signal: context.signal,
      });
      const text = file !== undefined && 'text' in file ? file.text.trim() : '';
      return /^\d{1,9}$/.test(text) ? [{ serviceId, seconds: Number(text) }] : [];
    }),
  );
  return read.flat();
}

/** Connects to all of them, and returns the error of each that did not accept; none for a host without a probe. */
export async function connectFrom<T extends Question>(
  questions: readonly T[],
  context: ObservationContext,
): Promise<ReadonlyMap<T, string>> {
  const number = startNumbers(randomBytes(4).toString('hex'));
  const byHost = Map.groupBy(questions, ({ host }) => host);
  const failed = await Promise.all(
    [...byHost].map(async ([host, own]) => {
      const probe = valueOf(privilegedProbeOn(context, host));
      if (probe === undefined) return own.map((one) => [one, 'no probe'] as const);
      const results = await probe.packets.request(
        own.map(({ namespace, address: destination, port }): TrialRequest => {
          const common = { protocol: 'connect', source: '0.0.0.0', size: 0 } as const;
          return { id: number(), namespace, destination, port, ...common };
        }),
      );
      return own.flatMap((one, index) => {
        const result = results[index];
        return result?.answered === true ? [] : [[one, result?.error ?? 'no connection'] as const];
      });
    }),
  );
  return new Map(failed.flat());
}
