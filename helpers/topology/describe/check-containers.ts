import { parsePublish } from '../../docker/containers/container-spec.ts';
import { carPort } from '../../workload/car-service.ts';
import { checkMember, type Readable } from './readable-topology.ts';
import { checkName, type WrongField, wrong } from './wrong-fields.ts';

/** What of the containers does not go with the rest of the topology. */
export function checkContainers(topology: Readable): WrongField[] {
  const { containers, hasWorkload } = topology;
  if (containers.length === 0 && !hasWorkload) {
    return [wrong(['containers'], 'there are none, and no workload', 'name one or the other')];
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

/** On an overlay that they share, a name is to be one container's. */
function checkOwnName({ containers, workload }: Readable, at: number): WrongField[] {
  const { name } = containers[at] ?? {};
  const cars = [workload.application.container, workload.database.container];
  const before = [...cars, ...containers.slice(0, at).map((one) => one.name)];
  if (name === undefined || !before.includes(name)) return [];
  const path = ['containers', at, 'name'];
  return [wrong(path, `repeated container "${name}"`, 'choose another name')];
}

/** Packages of Debian come without a word on which of their programs is meant. */
function checkProgram({ containers }: Readable, at: number): WrongField[] {
  const { image, command, entrypoint } = containers[at] ?? {};
  if (typeof image !== 'object' || command !== undefined || entrypoint !== undefined) return [];
  const observed = 'it is missing: an image of Debian packages has no program of its own';
  return [wrong(['containers', at, 'command'], observed, 'name what it is to run')];
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
    const observed = `port ${hostPort(port)} of ${machine} is ${taken.by}’s`;
    return [wrong(['containers', at, 'ports', index], observed, 'publish another')];
  });
}

/** `8080/tcp` of the machine. */
function hostPort(published: string): string {
  const { hostPort: number, containerPort } = parsePublish(published);
  return `${number}/${containerPort.split('/')[1]}`;
}
