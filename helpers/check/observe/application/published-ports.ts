import { connect } from 'node:net';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { firstLine } from '../../../process/errors/harness-error.ts';
import { type Observed, valueOf } from '../../model/observed.ts';
import type { TrialRequest } from '../../probe/packets.ts';
import type { PortAnswer, PortHop } from '../../model/views/application-view.ts';
import type { BalancingView } from '../../model/views/balancing-view.ts';
import { startNumbers } from '../paths/plan/trial-plan.ts';
import { type QueriedCluster, probeOn, type ObservationContext } from '../observation-context.ts';
import type { QueriedHost } from '../../model/observation.ts';
import { isListening } from './listening.ts';
import { locateInMesh } from './locate-in-mesh.ts';
import { readSocketTables } from './socket-tables.ts';
import { meshIdsOf } from '../../derive/endpoints.ts';
import { servicesOf, type ServicesView } from '../../derive/services.ts';
import type { Observation } from '../../model/observation.ts';

interface Process {
  readonly host: string;
  readonly pid: number;
  /** The IPv4 address of a task in the routing mesh. */
  readonly inMesh?: string | undefined;
}

/** A port to connect to. */
interface PublishedPort {
  readonly host: string;
  readonly container: string | undefined;
  /** The service of a swarm that publishes it, instead of a container. */
  readonly service?: string;
  /** The processes behind it: of the container, or of all tasks of the service. */
  readonly processes: readonly Process[];
  readonly containerPort: string;
  readonly address: string;
  readonly port: number;
}

/** Milliseconds for a connection from here: the kernel sends its first word again after one second, and after three. */
const LIMIT = 4000;

/** Silent ports of services for which the hop is found at most. */
const MOST_LOCATED = 10;

/** Ports that are connected to at most, each from all other hosts and from here. */
const MOST_PORTS = 200;

/** Connects to the published TCP ports of containers and services, from all other hosts and from this machine. */
export async function connectToPorts(
  cluster: QueriedCluster,
  swarm: Observation['swarm'],
  context: ObservationContext,
  balancing: (host: QueriedHost) => Observed<BalancingView>,
): Promise<PortAnswer[]> {
  const ports = [
    ...cluster.hosts.flatMap(portsOf),
    ...portsOfServices(cluster, valueOf(servicesOf({ swarm }))),
  ].slice(0, MOST_PORTS);
  if (ports.length === 0) return [];
  const connectTo = async (wanted: readonly PublishedPort[]) => {
    const [here, there] = await Promise.all([
      Promise.all(
        wanted.filter((port) => isReachable(port.host, cluster, context)).map(connectFromHere),
      ),
      connectFromHosts(wanted, cluster, context),
    ]);
    return [...here, ...there];
  };
  const [listening, first] = await Promise.all([listeningAt(ports, context), connectTo(ports)]);
  // The next connection reaches another task. One task that cannot be reached is a matter of the load balancers.
  const silent = new Set(first.flatMap(({ at, error }) => (error === undefined ? [] : at)));
  const again = await connectTo([...silent].filter(({ service }) => service !== undefined));
  const answers = first.map((one) =>
    one.error === undefined
      ? one
      : (again.find(({ at, from }) => at === one.at && from === one.from) ?? one),
  );
  const hops = await locate(
    new Set(answers.flatMap(({ at, error }) => (error === undefined ? [] : at))),
    cluster,
    context,
    balancing,
  );
  return answers.map(({ at, from, error }): PortAnswer => {
    const { host, container, service, containerPort, address, port } = at;
    const owner = service === undefined ? { container } : { container, service };
    const where = { host, ...owner, address: `${address}:${port}`, containerPort };
    return { ...where, from, error, isListening: listening(at), hop: hops.get(at) };
  });
}

/** Finds the hops at which connections to ports of services end. */
async function locate(
  silent: ReadonlySet<PublishedPort>,
  { hosts }: QueriedCluster,
  context: ObservationContext,
  balancing: (host: QueriedHost) => Observed<BalancingView>,
): Promise<ReadonlyMap<PublishedPort, PortHop | undefined>> {
  const ofServices = [...silent].filter(({ service }) => service !== undefined);
  const found = await Promise.all(
    ofServices.slice(0, MOST_LOCATED).map(async (at) => {
      const host = hosts.find(({ name }) => name === at.host);
      if (host === undefined) return [at, undefined] as const;
      const port = {
        host,
        port: at.port,
        tasks: at.processes.flatMap(({ inMesh }) => inMesh ?? []),
      };
      return [at, await locateInMesh(port, balancing(host), context)] as const;
    }),
  );
  return new Map(found);
}

interface Connected {
  readonly at: PublishedPort;
  readonly from: string | undefined;
  readonly error: string | undefined;
}

function portsOf({ name: host, address, engine }: QueriedHost): PublishedPort[] {
  const containers = valueOf(engine)?.containers ?? [];
  if (address === undefined) return [];
  return containers
    .filter(({ running, status }) => running && status === 'running')
    .flatMap(({ name: container, pid, ports }) =>
      Object.entries(ports).flatMap(([containerPort, places]) => {
        const forAll = places.find((one) => one.address === '0.0.0.0' || one.address === address);
        if (forAll === undefined || !containerPort.endsWith('/tcp')) return [];
        const processes = [{ host, pid }];
        return [{ host, container, processes, containerPort, address, port: forAll.port }];
      }),
    );
}

/**
 * The ports that services publish on each host, through the routing mesh. Ports in host mode are ports of containers.
 */
function portsOfServices(
  { hosts }: QueriedCluster,
  view: ServicesView | undefined,
): PublishedPort[] {
  const meshes = meshIdsOf({ hosts });
  const containers = new Map(
    hosts.flatMap(({ name: host, engine }) =>
      (valueOf(engine)?.containers ?? []).map(({ id, pid }) => [id, { host, pid }] as const),
    ),
  );
  const running = Map.groupBy(
    (view?.tasks ?? []).filter(({ state }) => state === 'running'),
    ({ serviceId }) => serviceId,
  );
  return (view?.services ?? []).flatMap(({ id, name: service, ports }) => {
    const tasks = running.get(id) ?? [];
    const processes = tasks.flatMap(({ containerId, addressesById }): Process[] => {
      const process = containers.get(containerId);
      const [inMesh] = Object.entries(addressesById).flatMap(([networkId, address]) =>
        meshes.has(networkId) ? address : [],
      );
      return process === undefined ? [] : [{ ...process, inMesh }];
    });
    return ports
      .filter(({ mode, protocol, published }) => {
        return mode === 'ingress' && protocol === 'tcp' && published > 0 && tasks.length > 0;
      })
      .flatMap(({ target, published: port }) =>
        hosts.flatMap(({ name: host, address, engine }): PublishedPort[] => {
          const hasMesh = valueOf(engine)?.networks.some(({ ingress }) => ingress) === true;
          if (address === undefined || !hasMesh) return [];
          const containerPort = `${target}/tcp`;
          return [{ host, container: undefined, service, processes, containerPort, address, port }];
        }),
      );
  });
}

/** Returns true if this machine can reach the address of the host: its engine is there. */
function isReachable(
  name: string,
  { hosts }: QueriedCluster,
  { target }: ObservationContext,
): boolean {
  const address = hosts.find((host) => host.name === name)?.address;
  const endpoint = target.hosts.find((host) => host.name === name)?.engine.machine.endpoint;
  return (endpoint?.kind === 'tls' || endpoint?.kind === 'plain') && endpoint.host === address;
}

async function connectFromHere(at: PublishedPort): Promise<Connected> {
  const socket = connect({ host: at.address, port: at.port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT) });
    return { at, from: undefined, error: undefined };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    return { at, from: undefined, error: isLate ? 'no connection' : firstLine(error) };
  } finally {
    socket.destroy();
  }
}

async function connectFromHosts(
  ports: readonly PublishedPort[],
  { hosts }: QueriedCluster,
  context: ObservationContext,
): Promise<Connected[]> {
  const number = startNumbers(randomBytes(4).toString('hex'));
  const all = await Promise.all(
    hosts.map(async ({ name }): Promise<Connected[]> => {
      const probe = probeOn(context, name);
      const others = ports.filter(({ host }) => host !== name);
      if ('missing' in probe || others.length === 0) return [];
      const questions = others.map(({ address: destination, port }): TrialRequest => {
        const common = { namespace: 'host', source: '0.0.0.0', size: 0 } as const;
        return { id: number(), protocol: 'connect', destination, port, ...common };
      });
      const results = await probe.value.packets.request(questions);
      return others.map((at, index) => {
        const result = results[index];
        const error = result?.answered === true ? undefined : (result?.error ?? 'no connection');
        return { at, from: name, error };
      });
    }),
  );
  return all.flat();
}

/**
 * Returns whether all processes of a port listen on it; undefined if one of them could not be examined. Reads each process
 * once: a service publishes a port on all hosts.
 */
async function listeningAt(
  ports: readonly PublishedPort[],
  context: ObservationContext,
): Promise<(port: PublishedPort) => boolean | undefined> {
  const processes = new Map(
    ports.flatMap((port) => port.processes).map((process) => [keyOf(process), process]),
  );
  const read = await readSocketTables([...processes.values()], context);
  const tables = new Map([...read].map(([one, own]) => [keyOf(one), own]));
  return (port) => {
    const all = port.processes.map((one) => {
      const own = tables.get(keyOf(one)) ?? [];
      return own.length === 0
        ? undefined
        : isListening(own, Number.parseInt(port.containerPort, 10));
    });
    if (all.includes(false)) return false;
    return all.length === 0 || all.includes(undefined) ? undefined : true;
  };
}

function keyOf({ host, pid }: Process): string {
  return `${host} ${pid}`;
}
