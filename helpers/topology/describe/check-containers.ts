import { parsePublish } from '../../docker/containers/container-spec.ts';
import { carPort } from '../../workload/car-service.ts';
import { checkMember, type Readable } from './readable-topology.ts';
import { checkName, type WrongField, wrong } from './wrong-fields.ts';

/** Finds contradictions between the containers and the rest of a topology. */
export function checkContainers(topology: Readable): WrongField[] {
  const { containers, hasWorkload, services, stacks } = topology;
  if (!hasWorkload && [containers, services, stacks].every((all) => all.length === 0)) {
    return [
      wrong(
        ['containers'],
        'neither containers nor services nor a workload',
        'name containers, services or a workload',
      ),
    ];
  }
  return containers.flatMap((_, at) => [
    ...checkPlace(topology, at),
    ...checkOwnName(topology, at),
    ...checkProgram(topology, at),
    ...checkPorts(topology, at),
  ]);
}

function checkPlace(topology: Readable, at: number): WrongField[] {
  const { networks, containers } = topology;
  const { machine, network } = containers[at] ?? {};
  const names = networks.flatMap(({ name }) => name ?? []);
  return [
    ...checkMember(topology, ['containers', at, 'machine'], machine),
    ...checkName(['containers', at, 'network'], network, names, 'network'),
  ];
}

/** Finds a name that occurs twice on an overlay network. Each name must belong to one container. */
function checkOwnName({ containers, workload }: Readable, at: number): WrongField[] {
  const { name } = containers[at] ?? {};
  const cars = [workload.application.container, workload.database.container];
  const before = [...cars, ...containers.slice(0, at).map((one) => one.name)];
  if (name === undefined || !before.includes(name)) return [];
  const path = ['containers', at, 'name'];
  return [wrong(path, `repeated container "${name}"`, 'choose another name')];
}

/** Finds an image of packages without a command. Packages do not define an entry point. */
function checkProgram({ containers }: Readable, at: number): WrongField[] {
  const { image, command, entrypoint } = containers[at] ?? {};
  if (typeof image !== 'object' || command !== undefined || entrypoint !== undefined) return [];
  const observed = 'missing: an image of Debian packages has no entry point';
  return [wrong(['containers', at, 'command'], observed, 'name the program to run')];
}

function checkPorts({ containers, workload }: Readable, at: number): WrongField[] {
  const { machine, ports = [] } = containers[at] ?? {};
  const { application } = workload;
  const before = [
    ...(application.machine === undefined
      ? []
      : [{ on: application.machine, by: application.container ?? '', port: `${carPort}/tcp` }]),
    ...containers.slice(0, at).flatMap((one) =>
      (one.ports ?? []).map((port) => ({
        on: one.machine,
        by: one.name ?? '',
        port: hostPort(port),
      })),
    ),
  ];
  return ports.flatMap((port, index) => {
    const taken = before.find((one) => one.on === machine && one.port === hostPort(port));
    if (taken === undefined) return [];
    const observed = `${taken.by} already publishes port ${hostPort(port)} of ${machine}`;
    return [wrong(['containers', at, 'ports', index], observed, 'publish another port')];
  });
}

/** Returns the published port of a machine: `8080/tcp`. */
export function hostPort(published: string): string {
  const { hostPort: number, containerPort } = parsePublish(published);
  return `${number}/${containerPort.split('/')[1]}`;
}
