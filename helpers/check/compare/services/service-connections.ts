import { type ServiceOnNetwork, servicesOnNetworks } from '../../derive/balanced-services.ts';
import { endpointsOf } from '../../derive/endpoints.ts';
import { symptomsOf } from '../../derive/path-symptoms.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type {
  ServiceConnection,
  ServiceConnectionsView,
} from '../../model/views/service-connections-view.ts';

/** Services accept connections at their virtual addresses, and each task at its own address, from every node. */
export const serviceConnections: Comparison = {
  name: 'service-connections',
  title: 'services accept connections at their virtual addresses and at those of their tasks',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) => {
    const { serviceConnections: observed } = observation;
    if ('missing' in observed) return skipped(observed);
    const { connections, blind, questions } = observed.value;
    const staying = new Set(endpointsOf(observation).map(({ containerId }) => containerId));
    const services = new Map(
      servicesOnNetworks(observation).map((one) => [`${one.service.id} ${one.networkId}`, one]),
    );
    const compared = connections
      .filter(({ containerId }) => staying.has(containerId))
      .flatMap((connection) => {
        const one = services.get(`${connection.serviceId} ${connection.networkId}`);
        return one === undefined
          ? []
          : (compareConnection(connection, one, observed.value, observation) ?? []);
      });
    const differences = compared.flatMap(({ difference }) => difference ?? []);
    const [first] = blind;
    if (differences.length === 0 && first !== undefined && connections.length > 0) {
      const reason = `containers on ${first.host} could not be examined: ${first.why}`;
      return { state: 'skipped', reason, because: 'failed' };
    }
    const { all, asked } = questions;
    const sampled = asked < all ? [`${asked} of ${all} possible connections were made`] : [];
    return outcomeOf(differences, [...sampled, ...compared.map(({ inWords }) => inWords)]);
  },
};

interface Compared {
  readonly inWords: string;
  readonly difference: Difference | undefined;
}

/** Undefined for a service that changed during the check, and for a result that another part of the check explains. */
function compareConnection(
  connection: ServiceConnection,
  one: ServiceOnNetwork,
  view: ServiceConnectionsView,
  observation: Observation,
): Compared | undefined {
  if (one.possible.size !== one.steady.length) return undefined;
  const { address, port, taskId, error, from } = connection;
  const task = one.steady.find(({ id }) => id === taskId);
  const target = taskId === undefined ? one.service.name : task?.name;
  if (target === undefined) return undefined;
  if (error === undefined) {
    const inWords = `${originInWords(connection, one)} reaches ${target} at ${address}:${port}`;
    return { inWords, difference: undefined };
  }
  const difference =
    task === undefined
      ? findSilentAddress(connection, error, one, view)
      : from === 'container'
        ? findSilentTask(connection, error, one, task, observation)
        : findCutTask(connection, error, one, task, view);
  return difference && { inWords: difference.text, difference };
}

function originInWords(
  { host, container, from }: ServiceConnection,
  { network }: ServiceOnNetwork,
): string {
  return from === 'container'
    ? `${container} on ${host}`
    : `the load balancer of ${network} on ${host}`;
}

/** The load balancer does not reach a task that a container on the same host reaches. */
function findCutTask(
  connection: ServiceConnection,
  error: string,
  one: ServiceOnNetwork,
  task: ServiceOnNetwork['steady'][number],
  view: ServiceConnectionsView,
): Difference | undefined {
  const { host, networkId, address, port } = connection;
  const isSilent = view.connections.some(
    (other) =>
      other.from === 'container' &&
      other.taskId === task.id &&
      other.networkId === networkId &&
      other.port === port &&
      other.error !== undefined,
  );
  if (isSilent || !isReached(task.id, connection, view)) return undefined;
  return {
    kind: 'service-task-cut',
    where: {
      host,
      peer: task.host === host ? undefined : task.host,
      network: one.network,
      service: one.service.name,
      towards: task.name,
    },
    expected: { address, port },
    observed: { error },
    text: `${originInWords(connection, one)} cannot connect to ${task.name} at ${address}:${port} (${error}); containers on ${host} can`,
  };
}

/** Returns true if the container of a connection reaches a task at the same port. */
function isReached(
  taskId: string,
  { containerId, networkId, port }: ServiceConnection,
  { connections, taskPorts }: ServiceConnectionsView,
): boolean {
  const direct = connections.find(
    (one) =>
      one.taskId === taskId &&
      one.from === 'container' &&
      one.containerId === containerId &&
      one.networkId === networkId &&
      one.port === port,
  );
  if (direct !== undefined) return direct.error === undefined;
  // The container is this task itself, and needs no network.
  return taskPorts.some(
    (one) =>
      one.taskId === taskId && one.networkId === networkId && one.port === port && one.accepts,
  );
}

/** The virtual address does not answer, although each task answers from the same container. */
function findSilentAddress(
  connection: ServiceConnection,
  error: string,
  { service, network, steady }: ServiceOnNetwork,
  view: ServiceConnectionsView,
): Difference | undefined {
  const { host, container, address, port } = connection;
  if (!steady.every(({ id }) => isReached(id, connection, view))) return undefined;
  const tasks = steady.length === 1 ? 'its task accepts' : `its ${steady.length} tasks accept`;
  return {
    kind: 'service-address-silent',
    where: { host, network, service: service.name },
    expected: { address, port, tasks: steady.map((task) => task.address) },
    observed: { container, error },
    text: `${container} on ${host} cannot connect to ${service.name} at its virtual address ${address}:${port} (${error}); ${tasks} connections from there`,
  };
}

/** The task does not answer another container, although it accepts connections from its own, and packets pass. */
function findSilentTask(
  { host, container, address, port }: ServiceConnection,
  error: string,
  { service, network }: ServiceOnNetwork,
  task: ServiceOnNetwork['steady'][number],
  observation: Observation,
): Difference | undefined {
  const paths = valueOf(observation.paths);
  const isPathDead = (paths === undefined ? [] : symptomsOf(paths)).some(
    ({ where, outcomes }) =>
      where.network === network &&
      ((where.host === host && where.peer === (task.host ?? host)) ||
        (where.peer === host && where.host === (task.host ?? host))) &&
      Object.values(outcomes).some((outcome) => outcome !== 'answered'),
  );
  if (isPathDead) return undefined;
  return {
    kind: 'service-task-silent',
    where: {
      host,
      peer: task.host === host ? undefined : task.host,
      network,
      service: service.name,
      towards: task.name,
    },
    expected: { address, port },
    observed: { container, error },
    text: `${container} on ${host} cannot connect to ${task.name} at ${address}:${port} (${error}), although the task accepts connections in its container`,
  };
}
