import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import { servicesOnNetworks } from '../../derive/balanced-services.ts';
import type { Observation } from '../../model/observation.ts';
import type { Difference, Place } from '../../model/difference.ts';
import { ENDS_AT, type PortAnswer, type PortHop } from '../../model/views/application-view.ts';

/** The TCP ports that containers publish are open from outside of their hosts. */
export const publishedPorts: Comparison = {
  name: 'published-ports',
  title: 'published ports are reachable from outside their hosts',
  layer: 'application',
  needs: 'api',
  compare: (observation) => {
    const { application } = observation;
    if ('missing' in application) return skipped(application);
    const ports = application.value.ports.filter((port) => isSteady(port, observation));
    const byPort = Map.groupBy(ports, ({ address }) => address);
    return outcomeOf(
      [...byPort.values()].flatMap((answers) => findSilent(answers, observation)),
      ports.map(({ address, container, service, from, error, isListening }) => {
        const what = error === undefined ? 'reaches' : 'does not reach';
        const why = isListening === false ? ', where nothing listens' : '';
        return `${from ?? 'this machine'} ${what} ${address} (${container ?? service})${why}`;
      }),
    );
  },
};

const hopsInWords: Readonly<Record<PortHop, string>> = {
  'host-firewall':
    'connections from the host itself into the routing mesh are accepted, so a firewall drops those from outside',
  'gateway-bridge': 'docker_gwbridge does not lead to the sandbox of the routing mesh',
  sandbox: 'the sandbox of the routing mesh accepts no connections, although it reaches the tasks',
  overlay: 'the sandbox of the routing mesh does not reach all tasks in the network ingress',
  task: 'a task accepts no connections from the routing mesh, although it can be pinged from there',
};

/** Returns unreachable ports. If the container itself does not listen, its program is the cause, and the port is left out. */
function findSilent(answers: readonly PortAnswer[], observation: Observation): Difference[] {
  const [first] = answers;
  const silent = answers.filter(
    ({ error, isListening }) => error !== undefined && isListening !== false,
  );
  if (first === undefined || silent.length === 0) return [];
  const { host, container, service, address, containerPort } = first;
  const told = silent.map(({ from, error }) => `${from ?? 'this machine'}: ${error}`);
  const { hop } = first;
  const ends = hop === undefined ? '' : `; ${hopsInWords[hop]}`;
  return [
    {
      kind: 'port-silent',
      where: service === undefined ? { host, container } : { host, ...placeOf(first, observation) },
      expected: 'accepts connections',
      observed: {
        ...Object.fromEntries(
          answers.map(({ from, error }) => [from ?? 'this machine', error ?? 'connected']),
        ),
        ...(hop === undefined ? {} : { [ENDS_AT]: hop }),
      },
      text: `${address} (port ${containerPort} of ${container ?? service}) is unreachable${silent.length === answers.length ? '' : ' from some places'}: ${told.join(', ')}${ends}`,
    },
  ];
}

/** Returns true for a port of a container, and of a service whose tasks did not change during the check. */
function isSteady(port: PortAnswer, observation: Observation): boolean {
  if (port.service === undefined) return true;
  const inMesh = findInMesh(port, observation);
  return inMesh !== undefined && inMesh.possible.size === inMesh.steady.length;
}

/** The service, and the only host that has its tasks if it is another one. */
function placeOf(port: PortAnswer, observation: Observation): Place {
  const hosts = new Set(findInMesh(port, observation)?.steady.map(({ host }) => host));
  const [only] = hosts.size === 1 ? hosts : [];
  return { service: port.service, peer: only === port.host ? undefined : only };
}

function findInMesh({ service }: PortAnswer, observation: Observation) {
  return servicesOnNetworks(observation).find((one) => one.isMesh && one.service.name === service);
}
