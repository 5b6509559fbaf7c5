import { findClusterKind } from '../../cluster/cluster-plan.ts';
import {
  type AddressRange,
  formatRange,
  overlap,
  parseSubnet,
} from '../../process/address-range.ts';
import { checkContainers } from './check-containers.ts';
import { checkMachine, checkMember, type Readable, readable } from './readable-topology.ts';
import { checkName, findRepeated, type WrongField, wrong } from './wrong-fields.ts';

/**
 * What in a description does not go with the rest of it.
 *
 * @param machineRange where the machines get their addresses; undefined when that is not known before
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
  ];
}

function findTwins({ machines, networks, workload }: Readable): WrongField[] {
  const { application, database } = workload;
  return [
    ...findRepeated(['machines'], machines, 'machine'),
    ...findRepeated(['networks'], networks, 'network'),
    ...(application.container !== undefined && application.container === database.container
      ? [wrong(['workload', 'database', 'container'], `${database.container} is the application’s`)]
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
      ? [wrong(['cluster', 'master'], `${master} is the keystore, which is in no cluster`)]
      : []),
  ];
}

/** Docker's own. */
const taken = ['bridge', 'host', 'none', 'default', 'ingress', 'docker_gwbridge'];

function checkNetwork(
  topology: Readable,
  at: number,
  machineRange: AddressRange | undefined,
): WrongField[] {
  const { cluster, networks } = topology;
  const { name, createdOn, subnet } = networks[at] ?? {};
  const { creatorRole, ownNetworks = [] } = findClusterKind(cluster.kind) ?? {};
  const manager = creatorRole === undefined ? undefined : cluster[creatorRole];
  const path = (field: string) => ['networks', at, field];
  const range = parseSubnet(subnet ?? '');
  const other = networks.slice(0, at).find((one) => meet(range, parseSubnet(one.subnet ?? '')));
  return [
    ...(name !== undefined && taken.includes(name)
      ? [wrong(path('name'), `Docker has a network ${name} of its own`, 'give it another')]
      : []),
    ...checkMember(topology, path('createdOn'), createdOn),
    ...(manager !== undefined && createdOn !== undefined && createdOn !== manager
      ? [
          wrong(
            path('createdOn'),
            `${createdOn} is no manager, and in swarm mode managers create networks`,
            `name ${manager}`,
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
          `${subnet} overlaps ${own.subnet}, which swarm mode takes for its network ${own.name}`,
          'take another',
        ),
      ),
    ...(machineRange !== undefined && meet(range, machineRange)
      ? [
          wrong(
            path('subnet'),
            `${subnet} overlaps ${formatRange(machineRange)}, where the machines have their addresses`,
            'take one outside of it, or give the machines another (E2E_SUBNET)',
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
            `${database.machine} has the application: on one host the two would meet without the overlay`,
            'name another machine',
          ),
        ]
      : []),
  ];
}

function meet(one: AddressRange | undefined, other: AddressRange | undefined): boolean {
  return one !== undefined && other !== undefined && overlap(one, other);
}
