import { findClusterKind } from '../../cluster/cluster-plan.ts';
import {
  type AddressRange,
  formatRange,
  overlap,
  parseSubnet,
} from '../../process/address-range.ts';
import { checkContainers } from './check-containers.ts';
import { checkServices } from './check-services.ts';
import { checkMachine, checkMember, type Readable, readable } from './readable-topology.ts';
import { checkName, findRepeated, type WrongField, wrong } from './wrong-fields.ts';

/**
 * Finds contradictions between the fields of a description.
 *
 * @param machineRange the future address range of the machines; undefined if it is not known yet
 */
export function findContradictions(
  described: unknown,
  machineRange: AddressRange | undefined,
): WrongField[] {
  const topology = readable.parse(described);
  return [
    ...findTwins(topology),
    ...checkCluster(topology),
    ...topology.networks.flatMap((_, at) => checkNetwork(topology, at, machineRange)),
    ...checkWorkload(topology),
    ...checkContainers(topology),
    ...checkServices(topology),
  ];
}

function findTwins({ machines, networks, workload }: Readable): WrongField[] {
  const { application, database } = workload;
  return [
    ...findRepeated(['machines'], machines, 'machine'),
    ...findRepeated(['networks'], networks, 'network'),
    ...(application.container !== undefined && application.container === database.container
      ? [
          wrong(
            ['workload', 'database', 'container'],
            `${database.container} is the name of the application`,
          ),
        ]
      : []),
  ];
}

function checkCluster(topology: Readable): WrongField[] {
  const { cluster } = topology;
  const { keystore, master } = cluster;
  const roles = (['keystore', 'manager', 'master'] as const).filter(
    (role) => cluster[role] !== undefined,
  );
  return [
    ...roles.flatMap((role) => checkMachine(topology, ['cluster', role], cluster[role])),
    ...(master !== undefined && master === keystore
      ? [
          wrong(
            ['cluster', 'master'],
            `${master} is the keystore, which is not part of the cluster`,
          ),
        ]
      : []),
  ];
}

/** Names of Docker's own networks. */
const taken = ['bridge', 'host', 'none', 'default', 'ingress', 'docker_gwbridge'];

function checkNetwork(
  topology: Readable,
  at: number,
  machineRange: AddressRange | undefined,
): WrongField[] {
  const { cluster, networks } = topology;
  const { name, createdOn, subnet, encrypted, internal } = networks[at] ?? {};
  const { creatorRole, ownNetworks = [] } = findClusterKind(cluster.kind) ?? {};
  const manager = creatorRole === undefined ? undefined : cluster[creatorRole];
  const path = (field: string) => ['networks', at, field];
  const range = parseSubnet(subnet ?? '');
  const other = networks.slice(0, at).find((one) => meet(range, parseSubnet(one.subnet ?? '')));
  return [
    ...(name !== undefined && taken.includes(name)
      ? [wrong(path('name'), `Docker has its own network ${name}`, 'choose another name')]
      : []),
    ...checkMember(topology, path('createdOn'), createdOn),
    ...(manager !== undefined && createdOn !== undefined && createdOn !== manager
      ? [
          wrong(
            path('createdOn'),
            `${createdOn} is not a manager, but only managers create networks in swarm mode`,
            `name ${manager}`,
          ),
        ]
      : []),
    ...(encrypted === true && cluster.kind !== undefined && cluster.kind !== 'swarm-mode'
      ? [
          wrong(
            path('encrypted'),
            'only engines in swarm mode encrypt networks: they get their keys from the managers',
            'remove the field, or use the cluster kind swarm-mode',
          ),
        ]
      : []),
    ...(internal === true && cluster.kind !== undefined && cluster.kind !== 'swarm-mode'
      ? [
          wrong(
            path('internal'),
            'internal networks are supported only in swarm mode',
            'remove the field, or use the cluster kind swarm-mode',
          ),
        ]
      : []),
    ...(other === undefined
      ? []
      : [wrong(path('subnet'), `${subnet} overlaps ${other.subnet} of ${other.name}`)]),
    ...ownNetworks
      .filter((own) => meet(range, parseSubnet(own.subnet)))
      .map((own) =>
        wrong(
          path('subnet'),
          `${subnet} overlaps ${own.subnet} of the network ${own.name} of swarm mode`,
          'choose another subnet',
        ),
      ),
    ...(machineRange !== undefined && meet(range, machineRange)
      ? [
          wrong(
            path('subnet'),
            `${subnet} overlaps the machines' subnet ${formatRange(machineRange)}`,
            'choose a subnet outside of it, or set E2E_SUBNET to another subnet for the machines',
          ),
        ]
      : []),
  ];
}

function checkWorkload(topology: Readable): WrongField[] {
  const { networks, workload } = topology;
  const { network, application, database } = workload;
  return [
    ...checkName(
      ['workload', 'network'],
      network,
      networks.flatMap(({ name }) => name ?? []),
      'network',
    ),
    ...checkMember(topology, ['workload', 'application', 'machine'], application.machine),
    ...checkMember(topology, ['workload', 'database', 'machine'], database.machine),
    ...(application.machine !== undefined && application.machine === database.machine
      ? [
          wrong(
            ['workload', 'database', 'machine'],
            `${database.machine} runs the application: traffic within one host would not cross the overlay`,
            'name another machine',
          ),
        ]
      : []),
  ];
}

function meet(one: AddressRange | undefined, other: AddressRange | undefined): boolean {
  return one !== undefined && other !== undefined && overlap(one, other);
}
