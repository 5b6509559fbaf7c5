import { describe, expect, test } from 'vitest';
import { crowdOf } from '../../../../helpers/topology/bring-up/crowd-of.ts';
import { expandHosts } from '../../../../helpers/topology/describe/expand-hosts.ts';
import {
  loadTopology,
  requireTopology,
} from '../../../../helpers/topology/describe/load-topology.ts';
import { membersOf, type Topology } from '../../../../helpers/topology/topology.ts';

const onConsul: Topology = {
  name: 'crowd',
  cluster: { kind: 'consul', keystore: 'store', advertise: 'eth1:2376' },
  machines: [{ name: 'store' }],
  networks: [{ name: 'wide', driver: 'overlay', subnet: '10.20.0.0/24', createdOn: 'host-1' }],
  hosts: 3,
  perHost: { network: 'wide', containers: 2 },
};

const swarm: Topology = {
  ...onConsul,
  cluster: { kind: 'swarm-mode', manager: 'boss' },
  engineBundle: '26.1.5',
  machines: [{ name: 'boss' }],
  networks: [{ name: 'wide', driver: 'overlay', subnet: '10.20.0.0/24', createdOn: 'boss' }],
};

describe('a topology with a number of hosts', () => {
  test('has the machines that it names, and more', async () => {
    const { machines, containers, services, ...rest } = await requireTopology(onConsul);
    expect(machines.map(({ name }) => name)).toEqual(['store', 'host-1', 'host-2', 'host-3']);
    expect(containers?.map(({ name, machine, network }) => [name, machine, network])).toEqual(
      ['host-1', 'host-2', 'host-3'].flatMap((host) => [
        [`${host}-1`, host, 'wide'],
        [`${host}-2`, host, 'wide'],
      ]),
    );
    expect(services).toBeUndefined();
    expect(rest).not.toHaveProperty('hosts');
    expect(rest).not.toHaveProperty('perHost');
  });

  test('has services with a task on each host in swarm mode', async () => {
    const perHost = { network: 'wide', services: 1, containers: 1 };
    const topology = await requireTopology({ ...swarm, perHost });
    expect(topology.services?.map(({ name, constraints }) => [name, constraints])).toEqual([
      ['boss-service-1', ['node.hostname==boss']],
      ['host-2-service-1', ['node.hostname==host-2']],
      ['host-3-service-1', ['node.hostname==host-3']],
    ]);
    expect(crowdOf(topology, 'workload')).toEqual({ machines: 3, containers: 6 });
    expect(crowdOf(topology, 'network')).toEqual({ machines: 3, containers: 0 });
  });

  test('chooses names that no machine has', async () => {
    const machines = [{ name: 'store' }, { name: 'host-1' }, { name: 'host-3' }];
    const topology = await requireTopology({ ...onConsul, machines, hosts: 4 });
    expect(membersOf(topology).map(({ name }) => name)).toEqual([
      'host-1',
      'host-3',
      'host-4',
      'host-5',
    ]);
  });

  test('counts a global service once for each host, and machines with their own kernel apart', async () => {
    const topology = await requireTopology({
      ...swarm,
      machines: [{ name: 'boss' }, { name: 'other', kernel: 'own' }],
      perHost: { network: 'wide', containers: 1 },
      services: [
        {
          name: 'everywhere',
          mode: 'global',
          networks: ['wide'],
          image: 'some:1',
          endpoint: 'dnsrr',
        },
      ],
    });
    expect(crowdOf(topology, 'workload')).toEqual({ machines: 2, containers: 6 });
  });

  test('can be a built-in one, whose workload stays', async () => {
    const seed = await loadTopology('seed');
    const grown = await loadTopology('seed', 5);
    expect(membersOf(grown).map(({ name }) => name)).toEqual([
      'master-host',
      'worker-host',
      'host-3',
      'host-4',
      'host-5',
    ]);
    expect({ ...grown, machines: [] }).toEqual({ ...seed, machines: [] });
    expect(await loadTopology('seed', 2)).toEqual(seed);
    await expect(loadTopology('seed', 1)).rejects.toThrow(
      /--hosts: hosts: 1 hosts, but "machines" names 2: master-host, worker-host\. Name at least 2/,
    );
  });

  test.for([
    [{ hosts: 0 }, /hosts: 0 is not a number of 1 or more$/],
    [{ hosts: 1001 }, /hosts: .*more than 1000/],
    [{ perHost: { network: 'wise', containers: 1 } }, /perHost\.network: .*"wise".*"wide"/],
    [{ perHost: { network: 'wide', services: 1 } }, /perHost\.services: only swarm mode/],
    [
      { hosts: 100, perHost: { network: 'wide', containers: 3 } },
      /perHost: 100 hosts need 300 addresses of wide, which has 253/,
    ],
    [{ perHost: { network: 'wide', container: 1 } }, /perHost\.container: unknown field/],
  ] as const)('with %j is refused with one line', async ([part, said]) => {
    const failure: unknown = await requireTopology({ ...onConsul, ...part }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).toMatch(said);
  });

  test('leaves any other description unchanged', () => {
    for (const described of [undefined, null, 7, [], {}, { machines: 'none' }]) {
      expect(expandHosts(described)).toEqual({ described, wrong: [] });
    }
  });
});
