import { z } from 'zod';
import { type AddressRange, formatRange, overlap, parseSubnet } from '../netns/address-range.ts';
import { checkName, findRepeated, oneOf, type WrongField, wrong } from './wrong-fields.ts';

/** As much of a topology as is there and readable: what is wrong with a field by itself, its schema says. */
const text = z.string().optional().catch(undefined);
const placement = z.object({ container: text, machine: text }).catch({});

const readable = z
  .object({
    cluster: z
      .object({ kind: text, keystore: text, manager: text, master: text })
      .catch({ kind: undefined }),
    machines: z.array(z.object({ name: text }).catch({})).catch([]),
    networks: z.array(z.object({ name: text, subnet: text, createdOn: text }).catch({})).catch([]),
    workload: z
      .object({ network: text, application: placement, database: placement })
      .catch({ application: {}, database: {} }),
  })
  .catch({ cluster: {}, machines: [], networks: [], workload: { application: {}, database: {} } });

type Readable = z.infer<typeof readable>;

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
  const manager = cluster.kind === 'swarm-mode' ? cluster.manager : undefined;
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

/** The machine must be one of the cluster. */
function checkMember(
  topology: Readable,
  path: readonly PropertyKey[],
  name: string | undefined,
): WrongField[] {
  const { keystore } = topology.cluster;
  if (name === undefined || name !== keystore) return checkMachine(topology, path, name);
  return [
    wrong(path, `${name} is the keystore, which is in no cluster`, oneOf(membersOf(topology))),
  ];
}

function checkMachine(
  { machines }: Readable,
  path: readonly PropertyKey[],
  name: string | undefined,
): WrongField[] {
  const names = machines.flatMap((machine) => machine.name ?? []);
  return checkName(path, name, names, 'machine');
}

function membersOf({ cluster, machines }: Readable): string[] {
  return machines.flatMap(({ name }) => (name === cluster.keystore ? [] : (name ?? [])));
}

function meet(one: AddressRange | undefined, other: AddressRange | undefined): boolean {
  return one !== undefined && other !== undefined && overlap(one, other);
}
