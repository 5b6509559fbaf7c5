import { describe, expect, test } from 'vitest';
import { parseRange } from '../../../helpers/netns/address-range.ts';
import { findWrongFields } from '../../../helpers/topology/check-topology.ts';
import { seed } from '../../../helpers/topology/seed.ts';
import { topologies } from '../../../helpers/topology/topologies.ts';
import { wrongFields } from '../../../helpers/topology/wrong-fields.ts';

const machineRange = parseRange('192.168.99.0/24');
const swarm = topologies.find(({ name }) => name === 'swarm-mode');

/** What is said of a description, a line for each field. */
function complain(described: unknown): string[] {
  const fields = findWrongFields(described, machineRange);
  return wrongFields('it', 'a topology', fields).errors.map(({ line }) => line.replace('it: ', ''));
}

/** The seed, in which what is at that path is another. */
function seedWith(path: string, value: unknown): unknown {
  const whole: unknown = structuredClone(seed);
  const words = path.split('.');
  const last = words.pop() ?? '';
  const place = words.reduce<unknown>((from, word) => Object(from)[word], whole);
  Object(place)[last] = value;
  return whole;
}

describe('A description of a topology', () => {
  test.for(topologies.map((one) => [one.name, one] as const))(
    'has nothing wrong: the built-in %s',
    ([, topology]) => {
      expect(complain(topology)).toEqual([]);
    },
  );

  test.for<[path: string, value: unknown, said: string]>([
    ['name', 'my topology', 'name: docker-machine takes no such name: '],
    ['name', undefined, 'name: it is missing, and is to be a string'],
    ['cluster.kind', 'consull', 'cluster.kind: "consull" is not "consul" or "etcd" or '],
    ['cluster.keystore', 'keystore', 'cluster.keystore: there is no machine keystore; there are '],
    ['cluster.advertise', 'eth1', 'cluster.advertise: it is not INTERFACE:PORT'],
    ['cluster.manager', 'master-host', 'cluster.manager: there is no such field; '],
    ['machines', [], 'machines: there is none'],
    ['networks', [], 'networks: there is none'],
    ['machines', {}, 'machines: {} is not an array'],
    ['machines.3', { name: 'a_host' }, 'machines[3].name: docker-machine takes no such name: '],
    [
      'machines.3',
      { name: 'm'.repeat(64) },
      'machines[3].name: a host name has 63 characters at most',
    ],
    [
      'machines.3',
      { name: 'mh-keystore' },
      'machines[3].name: there is a machine mh-keystore before',
    ],
    ['machines.1.engineBundel', '26', 'machines[1].engineBundel: there is no such field; '],
    ['machines.1.engineBundle', 20.1, 'machines[1].engineBundle: 20.1 is not a string'],
    ['machines.1.engineLabels', ['role'], 'machines[1].engineLabels[0]: it is not KEY=VALUE'],
    ['machines.1.engineOptions', ['--debug'], 'machines[1].engineOptions[0]: it is not OPTION='],
    [
      'networks.1',
      { ...seed.networks[0], name: 'bridge', subnet: '10.1.0.0/16' },
      'networks[1].name: Docker has a network bridge of its own',
    ],
    ['networks.0.driver', 'bridge', 'networks[0].driver: "bridge" is not "overlay"'],
    ['networks.0.subnet', '10.0.9.0', 'networks[0].subnet: it is no IPv4 range such as'],
    ['networks.0.subnet', '10.0.9.0/33', 'networks[0].subnet: it is no IPv4 range such as'],
    ['networks.0.subnet', '10.0.256.0/24', 'networks[0].subnet: it is no IPv4 range such as'],
    ['networks.0.subnet', '10.0.9.1/24', 'networks[0].subnet: it is an address in 10.0.9.0/24'],
    [
      'networks.0.subnet',
      '192.168.96.0/20',
      'networks[0].subnet: 192.168.96.0/20 overlaps 192.168.99.0/24, where the machines have',
    ],
    [
      'networks.1',
      { ...seed.networks[0], name: 'wide', subnet: '10.0.0.0/16' },
      'networks[1].subnet: 10.0.0.0/16 overlaps 10.0.9.0/24 of my-net',
    ],
    [
      'networks.1',
      { ...seed.networks[0], subnet: '10.1.0.0/16' },
      'networks[1].name: there is a network my-net before it',
    ],
    ['networks.0.createdOn', 'master', 'networks[0].createdOn: there is no machine master; there '],
    [
      'networks.0.createdOn',
      'mh-keystore',
      'networks[0].createdOn: mh-keystore is the keystore, which is in no cluster; there are master-host, worker-host',
    ],
    ['workload.network', 'net', 'workload.network: there is no network net; there are my-net'],
    [
      'workload.application.machine',
      'web',
      'workload.application.machine: there is no machine web; there are mh-keystore, master-host, worker-host',
    ],
    [
      'workload.application.machine',
      'worker-host',
      'workload.database.machine: worker-host has the application: ',
    ],
    ['workload.application.machine', 'mh-keystore', 'workload.application.machine: mh-keystore is'],
    [
      'workload.database.container',
      'tomcat-app',
      'workload.database.container: tomcat-app is the application’s',
    ],
    ['workload.database.container', '-', 'workload.database.container: Docker takes no such name'],
    ['workload.database', undefined, 'workload.database: it is missing, and is to be an object'],
  ])('whose %s is %j is told of in a line that names that field', ([path, value, said]) => {
    expect(complain(seedWith(path, value))).toEqual([expect.stringContaining(said)]);
    expect(complain(seedWith(path, value))[0]?.startsWith(said)).toBe(true);
  });

  test('of swarm mode creates its networks on the manager', () => {
    const networks = [{ ...seed.networks[0], createdOn: 'worker-host' }];
    expect(complain({ ...swarm, networks })).toEqual([
      'networks[0].createdOn: worker-host is no manager, and in swarm mode managers create networks; name master-host',
    ]);
  });

  test('has all that is wrong with it told at once', () => {
    expect(complain({ ...seed, name: 1, machines: [{ name: 'mh-keystore' }, {}] })).toEqual([
      'name: 1 is not a string',
      'machines[1].name: it is missing, and is to be a string',
      'networks[0].createdOn: there is no machine master-host; there are mh-keystore',
      'workload.application.machine: there is no machine master-host; there are mh-keystore',
      'workload.database.machine: there is no machine worker-host; there are mh-keystore',
    ]);
  });

  test.for([undefined, null, 'seed', 7, []])('is no %j', (nothing) => {
    expect(complain(nothing)).toHaveLength(1);
  });
});
