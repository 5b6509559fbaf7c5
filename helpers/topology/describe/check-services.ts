import { carPort } from '../../workload/car-service.ts';
import { parseServicePort, type TopologyPort } from '../topology.ts';
import { hostPort } from './check-containers.ts';
import { membersOf, type Readable } from './readable-topology.ts';
import { checkName, findRepeated, type WrongField, wrong } from './wrong-fields.ts';

/** Finds contradictions between the services of a topology, and between them and the rest of it. */
export function checkServices(topology: Readable): WrongField[] {
  const { services, stacks, configs, secrets, machines } = topology;
  return [
    ...checkKind(topology),
    ...findRepeated(['services'], services, 'service'),
    ...findRepeated(['stacks'], stacks, 'stack'),
    ...findRepeated(['configs'], configs, 'config'),
    ...findRepeated(['secrets'], secrets, 'secret'),
    ...services.flatMap((_, at) => [
      ...checkNames(topology, at),
      ...checkProgram(topology, at),
      ...checkTasks(topology, at),
      ...checkPorts(topology, at),
      ...checkConstraints(
        at,
        services[at]?.constraints ?? [],
        machines.flatMap(({ name }) => name ?? []),
      ),
    ]),
  ];
}

/** Finds services in a cluster that has none. */
function checkKind({ cluster, services, stacks, machines }: Readable): WrongField[] {
  const { kind } = cluster;
  if (kind === undefined || kind === 'swarm-mode') return [];
  const fields = [
    ...(services.length > 0 ? [['services']] : []),
    ...(stacks.length > 0 ? [['stacks']] : []),
    ...machines.flatMap(({ nodeLabels }, at) =>
      nodeLabels === undefined ? [] : [['machines', at, 'nodeLabels']],
    ),
  ];
  return fields.map((path) =>
    wrong(path, `only the cluster kind swarm-mode has it, not ${kind}`, 'use swarm-mode'),
  );
}

/** Finds unknown networks, configs and secrets, and names that another container or service has. */
function checkNames({ containers, workload, services, ...topology }: Readable, at: number) {
  const { name, networks = [], configs = [], secrets = [] } = services[at] ?? {};
  const { application, database } = workload;
  const taken = [application.container, database.container, ...containers.map((one) => one.name)];
  const lists = [
    { field: 'networks', used: networks, known: topology.networks, what: 'network' },
    { field: 'configs', used: configs, known: topology.configs, what: 'config' },
    { field: 'secrets', used: secrets, known: topology.secrets, what: 'secret' },
  ];
  return [
    ...(name !== undefined && taken.includes(name)
      ? [wrong(['services', at, 'name'], `${name} is the name of a container`, 'choose another')]
      : []),
    ...lists.flatMap(({ field, used, known, what }) =>
      used.flatMap((one, index) => {
        const path = ['services', at, field, index];
        const isRepeated = used.slice(0, index).some((other) => other?.name === one?.name);
        if (one?.name === undefined) return [];
        if (isRepeated) return [wrong(path, `repeated ${what} "${one.name}"`, 'name it once')];
        const names = known.flatMap((other) => other.name ?? []);
        return names.length > 0
          ? checkName(path, one.name, names, what)
          : [wrong(path, `unknown ${what} "${one.name}"`, `the topology has no ${what}s`)];
      }),
    ),
  ];
}

/** Finds a service without an image, with two, or with an image of packages and no command. */
function checkProgram({ services }: Readable, at: number): WrongField[] {
  const { image, recipe, command, entrypoint } = services[at] ?? {};
  if ((image === undefined) === (recipe === undefined)) {
    const observed = image === undefined ? 'missing: it has no image' : 'it has two images';
    return [wrong(['services', at, 'image'], observed, 'name either an image or a recipe')];
  }
  if (typeof image !== 'object' || command !== undefined || entrypoint !== undefined) return [];
  const observed = 'missing: an image of Debian packages has no entry point';
  return [wrong(['services', at, 'command'], observed, 'name the program to run')];
}

function checkTasks(topology: Readable, at: number): WrongField[] {
  const { mode, replicas = 1, ports = [], rollback } = topology.services[at] ?? {};
  if (rollback?.onFailure === 'rollback') {
    const path = ['services', at, 'rollback', 'onFailure'];
    return [wrong(path, 'a rollback cannot be rolled back', 'use "pause" or "continue"')];
  }
  const path = ['services', at, 'replicas'];
  if (mode === 'global') {
    return topology.services[at]?.replicas === undefined
      ? []
      : [wrong(path, 'a global service has one task on each machine', 'remove the field')];
  }
  const members = membersOf(topology).length;
  const isOnHosts = ports.some(
    (port) => port !== undefined && parseServicePort(port).mode === 'host',
  );
  if (!isOnHosts || replicas <= members || members === 0) return [];
  const observed = `${replicas} tasks cannot publish a port on ${members} machines in mode host`;
  return [wrong(path, observed, `use ${members} tasks at most, or mode ingress`)];
}

interface TakenPort extends Pick<TopologyPort, 'mode'> {
  /** `8080/tcp` */
  readonly port: string;
  readonly by: string;
  /** True if constraints may place the tasks of the service on other machines. */
  readonly isPlaced: boolean;
}

function checkPorts(topology: Readable, at: number): WrongField[] {
  const { ports = [], endpoint } = topology.services[at] ?? {};
  const before = [...takenByContainers(topology), ...takenByServices(topology, at)];
  return ports.flatMap((described, index) => {
    if (described === undefined) return [];
    const path = ['services', at, 'ports', index];
    const port = parseServicePort(described);
    const isValid = [port.published, port.target].every((one) => one > 0 && one < 65_536);
    if (!isValid) return [wrong(path, `${JSON.stringify(described)} has an invalid port`)];
    const one = takenPort(topology, at, port);
    const own = ports
      .slice(0, index)
      .flatMap((other) =>
        other === undefined ? [] : takenPort(topology, at, parseServicePort(other)),
      );
    const taken =
      own.find((other) => other.port === one.port) ??
      before.find((other) => isConflict(other, one));
    return [
      ...(endpoint === 'dnsrr' && port.mode === 'ingress'
        ? [
            wrong(
              path,
              'a service with endpoint dnsrr has no port of the routing mesh',
              "use { mode: 'host' } for the port, or the endpoint vip",
            ),
          ]
        : []),
      ...(taken === undefined
        ? []
        : [wrong(path, `${taken.by} already publishes port ${one.port}`, 'publish another port')]),
    ];
  });
}

function takenByContainers({ workload, containers }: Readable): TakenPort[] {
  const { application } = workload;
  const host = { mode: 'host', isPlaced: false } as const;
  return [
    ...(application.container === undefined
      ? []
      : [{ ...host, by: application.container, port: `${carPort}/tcp` }]),
    ...containers.flatMap(({ name = '', ports }) =>
      ports.map((port) => ({ ...host, by: name, port: hostPort(port) })),
    ),
  ];
}

function takenByServices(topology: Readable, at: number): TakenPort[] {
  return topology.services
    .slice(0, at)
    .flatMap(({ ports = [] }, index) =>
      ports.flatMap((port) =>
        port === undefined ? [] : takenPort(topology, index, parseServicePort(port)),
      ),
    );
}

function takenPort({ services }: Readable, at: number, port: TopologyPort): TakenPort {
  const { name = '', constraints = [] } = services[at] ?? {};
  const { published, protocol, mode } = port;
  return { port: `${published}/${protocol}`, by: name, mode, isPlaced: constraints.length > 0 };
}

/** In mode host, services on different machines can publish the same port. */
function isConflict(one: TakenPort, other: TakenPort): boolean {
  if (one.port !== other.port) return false;
  return one.mode === 'ingress' || other.mode === 'ingress' || !(one.isPlaced || other.isPlaced);
}

function checkConstraints(
  at: number,
  constraints: readonly (string | undefined)[],
  machines: readonly string[],
): WrongField[] {
  return constraints.flatMap((constraint, index) => {
    const [, hostname] = /^node\.hostname ?== ?(\S+)$/.exec(constraint ?? '') ?? [];
    return checkName(['services', at, 'constraints', index], hostname, machines, 'machine');
  });
}
