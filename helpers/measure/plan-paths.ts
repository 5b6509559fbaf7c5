import { writeNameQuery } from '../check/probe/dns-message.ts';
import type { TopologyDocument } from '../topology/document.ts';
import type { MeasuredPath } from './measurement.ts';

/** A container in which the meter listens and sends. */
export interface PlannedContainer {
  readonly name: string;
  readonly machine: string;
  readonly network: string;
  /** The address at the start: the engine may give it another one when it starts again. */
  readonly address: string;
}

/** A path, and the machine whose meter sends on it. */
export interface PlannedPath extends MeasuredPath {
  readonly machine: string;
  /** The sending container; absent if the machine itself sends. */
  readonly container?: string;
  readonly address: string;
  /** The container to whose address the requests go, also after it gets another one. */
  readonly target?: string;
  readonly port?: number;
  readonly request?: Uint8Array;
}

export interface PathPlan {
  readonly containers: readonly PlannedContainer[];
  readonly paths: readonly PlannedPath[];
  /** Paths that are left out, each with the reason. */
  readonly unmeasured: readonly string[];
}

/** The port on which the meter listens in containers. The kernel gives it to no connection as its own port. */
export const METER_PORT = 23_017;

/** Docker's name server in containers. */
const NAME_SERVER = '127.0.0.11';

type Workload = TopologyDocument['workload'][number];

/**
 * Plans the paths of a measurement: the pairs of containers of one network, pairs on different machines first; names;
 * machines; virtual addresses and published ports of services; and the car service.
 *
 * @param addresses the addresses of the machines
 * @param most pairs of containers, and pairs of machines
 */
export function planPaths(
  document: Pick<TopologyDocument, 'workload' | 'services' | 'carEndpoint' | 'machines'>,
  addresses: ReadonlyMap<string, string>,
  most: number,
): PathPlan {
  const { workload, services = [], carEndpoint } = document;
  const machines = [...new Set(workload.map(({ machine }) => machine))];
  const all = machines.length > 0 ? machines : document.machines.map(({ name }) => name);
  const pairs = pairsOf(workload)
    .filter(([from, to]) => from.network === to.network)
    .sort((a, b) => Number(isLocal(a)) - Number(isLocal(b)));
  const machinePairs = pairsOf(all);
  const paths = [
    ...machinePairs.slice(0, most).map(([from, to]): PlannedPath => {
      return { kind: 'icmp', from, to, machine: from, address: addresses.get(to) ?? '' };
    }),
    ...pairs.slice(0, most).flatMap(([from, to]) => pathsOfPair(from, to)),
    ...servicePaths(workload, services).slice(0, most),
    ...portPaths(all, services, addresses).slice(0, most),
    ...applicationPaths(all, carEndpoint, addresses),
  ];
  const used = new Set([
    ...pairs.slice(0, most).flatMap(([from, to]) => [from.container, to.container]),
    ...paths.flatMap(({ container = [] }) => container),
  ]);
  return {
    containers: workload
      .filter(({ container }) => used.has(container))
      .map(({ container: name, machine, network, address }) => {
        return { name, machine, network, address };
      }),
    paths,
    unmeasured: [
      ...leftOut('pairs of containers', pairs.length, most),
      ...leftOut('pairs of machines', machinePairs.length, most),
    ],
  };
}

function leftOut(things: string, count: number, most: number): string[] {
  return count > most ? [`${count - most} of ${count} ${things}: more than ${most}`] : [];
}

function pathsOfPair(from: Workload, to: Workload): PlannedPath[] {
  const { machine, container } = from;
  const common = { from: container, machine, container };
  const between = { ...common, to: to.container, target: to.container, address: to.address };
  const request = writeNameQuery(0, to.container);
  return [
    { ...between, kind: 'icmp' },
    { ...between, kind: 'udp', port: METER_PORT },
    { ...between, kind: 'tcp', port: METER_PORT },
    { ...between, kind: 'stream', port: METER_PORT },
    { ...common, to: to.container, kind: 'name', address: NAME_SERVER, port: 53, request },
  ];
}

type Service = NonNullable<TopologyDocument['services']>[number];

/** Connections to virtual addresses, from one container of each machine. */
function servicePaths(workload: readonly Workload[], services: readonly Service[]): PlannedPath[] {
  return services.flatMap(({ service, networks, ports }) => {
    const target = ports.find(({ protocol }) => protocol === 'tcp')?.target;
    if (target === undefined) return [];
    return networks.flatMap(({ name, address }) => {
      if (address === undefined) return [];
      const senders = workload.filter(({ network }) => network === name);
      return firstOfEachMachine(senders).map(({ container, machine }): PlannedPath => {
        const to = `${service}:${target}`;
        return { kind: 'vip', from: container, to, machine, container, address, port: target };
      });
    });
  });
}

/** Connections from each machine to the published ports of the next one: the mesh answers on all of them. */
function portPaths(
  machines: readonly string[],
  services: readonly Service[],
  addresses: ReadonlyMap<string, string>,
): PlannedPath[] {
  const published = services.flatMap(({ service, ports }) =>
    ports
      .filter(({ protocol, mode }) => protocol === 'tcp' && mode === 'ingress')
      .map((port) => ({ service, port: port.published })),
  );
  if (machines.length < 2) return [];
  return published.flatMap(({ service, port }) =>
    machines.map((from, index): PlannedPath => {
      const other = machines[(index + 1) % machines.length] ?? from;
      const to = `${service} at ${other}:${port}`;
      return {
        kind: 'published',
        from,
        to,
        machine: from,
        address: addresses.get(other) ?? '',
        port,
      };
    }),
  );
}

/** Requests to the car service from a machine that does not publish it. */
function applicationPaths(
  machines: readonly string[],
  endpoint: string | undefined,
  addresses: ReadonlyMap<string, string>,
): PlannedPath[] {
  if (endpoint === undefined) return [];
  const { hostname, port, pathname, host } = new URL(endpoint);
  const from = machines.find((name) => addresses.get(name) !== hostname);
  if (from === undefined) return [];
  const request = Buffer.from(`GET ${pathname} HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  const address = hostname;
  return [
    { kind: 'http', from, to: pathname, machine: from, address, port: Number(port) || 80, request },
  ];
}

function firstOfEachMachine(workload: readonly Workload[]): Workload[] {
  return workload.filter(
    ({ machine }, index) => workload.findIndex((one) => one.machine === machine) === index,
  );
}

function isLocal([from, to]: readonly [Workload, Workload]): boolean {
  return from.machine === to.machine;
}

function pairsOf<T>(all: readonly T[]): (readonly [T, T])[] {
  return all.flatMap((from) => all.filter((to) => to !== from).map((to) => [from, to] as const));
}
