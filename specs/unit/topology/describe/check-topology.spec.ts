import { describe, expect, test } from 'vitest';
import { parseRange } from '../../../../helpers/process/address-range.ts';
import { findWrongFields } from '../../../../helpers/topology/describe/check-topology.ts';
import { seed } from '../../../../helpers/topology/seed.ts';
import { topologies } from '../../../../helpers/topology/topologies.ts';
import { wrongFields } from '../../../../helpers/topology/describe/wrong-fields.ts';

const machineRange = parseRange('192.168.99.0/24');
const swarm = topologies.find(({ name }) => name === 'swarm-mode');

/** A user-defined container on the first host of the seed topology. */
const shop = {
  name: 'shop',
  machine: 'master-host',
  network: 'my-net',
  image: { debian: ['busybox-static'] },
  command: ['sleep', 'infinity'],
};

/** Returns the errors of a description, one line for each field. */
function complain(described: unknown): string[] {
  const fields = findWrongFields(described, machineRange);
  return wrongFields('it', () => 'it', 'a topology', fields).errors.map(({ line }) =>
    line.replace('it: ', ''),
  );
}

/** Returns the seed topology with another value at a path. */
function seedWith(path: string, value: unknown): unknown {
  const whole: unknown = structuredClone(seed);
  const words = path.split('.');
  const last = words.pop() ?? '';
  const place = words.reduce<unknown>((from, word) => Object(from)[word], whole);
  Object(place)[last] = value;
  return whole;
}

describe('the description of a topology', () => {
  test.for(topologies.map((one) => [one.name, one] as const))(
    'has no errors if it is the built-in %s',
    ([, topology]) => {
      expect(complain(topology)).toEqual([]);
    },
  );

  test.for<[path: string, value: unknown, said: string]>([
    ['name', 'my topology', 'name: "my topology": a machine name consists of'],
    ['name', undefined, 'name: missing: must be a string'],
    ['cluster.kind', 'consull', 'cluster.kind: "consull" is not "consul" or "etcd" or '],
    [
      'cluster.keystore',
      'keystore',
      'cluster.keystore: unknown machine "keystore". Did you mean "mh-keystore"?',
    ],
    ['cluster.advertise', 'eth1', 'cluster.advertise: "eth1" is not INTERFACE:PORT'],
    [
      'cluster.manager',
      'master-host',
      'cluster.manager: unknown field. Valid fields: kind, keystore, advertise.',
    ],
    ['machines', [], 'machines: empty list'],
    ['networks', [], 'networks: empty list'],
    ['machines', {}, 'machines: {} is not an array'],
    ['machines.3', { name: 'a_host' }, 'machines[3].name: "a_host": a machine name consists of'],
    [
      'machines.3',
      { name: 'm'.repeat(64) },
      `machines[3].name: "${'m'.repeat(60)}…": a host name has 63 characters at most`,
    ],
    ['machines.3', { name: 'mh-keystore' }, 'machines[3].name: repeated machine "mh-keystore"'],
    [
      'machines.1.engineBundel',
      '26',
      'machines[1].engineBundel: unknown field. Did you mean "engineBundle"?',
    ],
    ['machines.1.engineBundle', 20.1, 'machines[1].engineBundle: 20.1 is not a string'],
    ['machines.1.kernel', 'other', 'machines[1].kernel: "other" is not "own"'],
    ['machines.1.engineLabels', ['role'], 'machines[1].engineLabels[0]: "role" is not KEY=VALUE'],
    [
      'machines.1.engineOptions',
      ['--debug'],
      'machines[1].engineOptions[0]: "--debug" is not OPTION=',
    ],
    [
      'networks.1',
      { ...seed.networks[0], name: 'bridge', subnet: '10.1.0.0/16' },
      'networks[1].name: Docker has its own network bridge',
    ],
    ['networks.0.driver', 'bridge', 'networks[0].driver: "bridge" is not "overlay"'],
    [
      'networks.0.subnet',
      '10.0.9.0',
      'networks[0].subnet: "10.0.9.0" is not an IPv4 range of /8 to',
    ],
    [
      'networks.0.subnet',
      '10.0.9.0/33',
      'networks[0].subnet: "10.0.9.0/33" is not an IPv4 range of /8 to',
    ],
    [
      'networks.0.subnet',
      '10.0.256.0/24',
      'networks[0].subnet: "10.0.256.0/24" is not an IPv4 range of /8 to',
    ],
    [
      'networks.0.subnet',
      '10.0.9.1/24',
      'networks[0].subnet: "10.0.9.1/24" is an address in 10.0.9.0/24',
    ],
    [
      'networks.0.subnet',
      '192.168.96.0/20',
      "networks[0].subnet: 192.168.96.0/20 overlaps the machines' subnet 192.168.99.0/24",
    ],
    [
      'networks.1',
      { ...seed.networks[0], name: 'wide', subnet: '10.0.0.0/16' },
      'networks[1].subnet: 10.0.0.0/16 overlaps 10.0.9.0/24 of my-net',
    ],
    [
      'networks.1',
      { ...seed.networks[0], subnet: '10.1.0.0/16' },
      'networks[1].name: repeated network "my-net". Choose',
    ],
    [
      'networks.0.createdOn',
      'master',
      'networks[0].createdOn: unknown machine "master". Did you mean "master-host"?',
    ],
    [
      'networks.0.createdOn',
      'mh-keystore',
      'networks[0].createdOn: mh-keystore is the keystore, which is not part of the cluster. Valid machines: master-host, worker-host',
    ],
    ['workload.network', 'net', 'workload.network: unknown network "net". Valid networks: my-net'],
    [
      'workload.application.machine',
      'web',
      'workload.application.machine: unknown machine "web". Valid machines: mh-keystore, master-host, worker-host',
    ],
    [
      'workload.application.machine',
      'worker-host',
      'workload.database.machine: worker-host runs the application: ',
    ],
    ['workload.application.machine', 'mh-keystore', 'workload.application.machine: mh-keystore is'],
    [
      'workload.database.container',
      'tomcat-app',
      'workload.database.container: tomcat-app is the name of the application',
    ],
    [
      'workload.database.container',
      '-',
      'workload.database.container: "-": a Docker name consists of',
    ],
    ['workload.database', undefined, 'workload.database: missing: must be an object'],
  ])('has an error that names the field if its %s is %j', ([path, value, said]) => {
    expect(complain(seedWith(path, value))).toEqual([expect.stringContaining(said)]);
    expect(complain(seedWith(path, value))[0]?.startsWith(said)).toBe(true);
  });

  test.for<[field: string, value: unknown, said: string]>([
    [
      'machine',
      'cellar',
      'machine: unknown machine "cellar". Valid machines: mh-keystore, master-host',
    ],
    [
      'machine',
      'mh-keystore',
      'machine: mh-keystore is the keystore, which is not part of the cluster. Valid machines: ',
    ],
    ['network', 'net', 'network: unknown network "net". Valid networks: my-net'],
    ['name', 'mysqlserver', 'name: repeated container "mysqlserver". Choose another name.'],
    ['name', '-', 'name: "-": a Docker name consists of'],
    ['image', undefined, 'image: missing: must be a string or an object'],
    ['image', 7, 'image: 7 is not a string or an object'],
    ['image', '', 'image: "" is empty: name a tag or a docker save archive'],
    ['image', { debian: [] }, 'image.debian: empty list'],
    [
      'image',
      { debian: ['--reinstall'] },
      'image.debian[0]: "--reinstall": a package name consists of',
    ],
    ['image', { debian: 'nginx' }, 'image.debian: "nginx" is not an array'],
    ['image', { debian: ['nginx'], tag: 'x' }, 'image.tag: unknown field. Valid fields: debian.'],
    ['command', 'sleep 1', 'command: "sleep 1" is not an array'],
    ['environment', { 'A B': '' }, 'environment.A B: it is not a variable name'],
    ['environment', { A: 1 }, 'environment.A: 1 is not a string'],
    ['ports', ['80'], 'ports[0]: "80" is not HOST:CONTAINER, as for docker run -p'],
    [
      'ports',
      ['8080:80'],
      'ports[0]: tomcat-app already publishes port 8080/tcp of master-host. Publish another port.',
    ],
    ['listensOn', [0], 'listensOn[0]: 0 is not a port'],
    ['restart', 'always', 'restart: unknown field. Valid fields: name, machine, network, '],
  ])('has an error that names the field if the %s of a container is %j', ([field, value, said]) => {
    expect(complain({ ...seed, containers: [shop] })).toEqual([]);
    const lines = complain({ ...seed, containers: [{ ...shop, [field]: value }] });
    expect(lines).toEqual([expect.stringContaining(said)]);
    expect(lines[0]?.startsWith(`containers[0].${said}`)).toBe(true);
  });

  test('has containers, or a workload, or both', () => {
    const { workload: _cars, ...others } = seed;
    expect(complain({ ...others, containers: [shop] })).toEqual([]);
    expect(complain(others)).toEqual([
      'containers: neither containers nor services nor a workload. Name containers, services or a workload.',
    ]);
  });

  test('has a command for a container of Debian packages, which define no entry point', () => {
    const { command: _sleep, ...silent } = shop;
    expect(complain({ ...seed, containers: [{ ...silent, image: 'nginx' }] })).toEqual([]);
    expect(complain({ ...seed, containers: [{ ...silent, entrypoint: ['sh'] }] })).toEqual([]);
    expect(complain({ ...seed, containers: [silent] })).toEqual([
      'containers[0].command: missing: an image of Debian packages has no entry point. Name the program to run.',
    ]);
  });

  test('publishes a port of a machine once for each protocol', () => {
    const other = { ...shop, name: 'other' };
    const both = (one: string, two: string) =>
      complain({
        ...seed,
        containers: [
          { ...shop, ports: [one] },
          { ...other, ports: [two] },
        ],
      });
    expect(both('53:53/tcp', '53:53/udp')).toEqual([]);
    expect(both('53:53', '127.0.0.1:53:5353/tcp')).toEqual([
      'containers[1].ports[0]: shop already publishes port 53/tcp of master-host. Publish another port.',
    ]);
  });

  test('creates the networks of swarm mode on the manager', () => {
    const networks = [{ ...seed.networks[0], createdOn: 'worker-host' }];
    expect(complain({ ...swarm, networks })).toEqual([
      'networks[0].createdOn: worker-host is not a manager, but only managers create networks in swarm mode. Name master-host.',
    ]);
  });

  test('reports all errors together', () => {
    expect(complain({ ...seed, name: 1, machines: [{ name: 'mh-keystore' }, {}] })).toEqual([
      'name: 1 is not a string',
      'machines[1].name: missing: must be a string',
      'networks[0].createdOn: unknown machine "master-host". Valid machines: mh-keystore.',
      'workload.application.machine: unknown machine "master-host". Valid machines: mh-keystore.',
      'workload.database.machine: unknown machine "worker-host". Valid machines: mh-keystore.',
    ]);
  });

  test.for([undefined, null, 'seed', 7, []])('cannot be %j (case %$)', (nothing) => {
    expect(complain(nothing)).toHaveLength(1);
  });
});
