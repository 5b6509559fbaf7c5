import { expect, test } from 'vitest';
import type { Machine } from '../../../../helpers/machine/machine.ts';
import type { TopologyDocument } from '../../../../helpers/topology/document.ts';
import {
  findRunningDifferences,
  type RunningEngine,
  type RunningMachine,
} from '../../../../helpers/topology/reuse/running-differences.ts';
import { carCluster, seed } from '../../../../helpers/topology/seed.ts';
import { findTopology } from '../../../../helpers/topology/topologies.ts';
import {
  filesOf,
  placesOf,
  servicesOf,
  type Topology,
  withEngine,
} from '../../../../helpers/topology/topology.ts';

const now = new Date('2026-11-25T10:00:00Z');
const store = 'consul://192.168.99.100:8500';
const clusterOptions = [`cluster-store=${store}`, 'cluster-advertise=eth1:2376'];
const addresses = {
  'mh-keystore': '192.168.99.100',
  'master-host': '192.168.99.101',
  'worker-host': '192.168.99.102',
};
type Name = keyof typeof addresses;
const names = Object.keys(addresses) as Name[];
const containers: Partial<Record<Name, string>> = {
  'master-host': 'tomcat-app',
  'worker-host': 'mysqlserver',
};

const document: TopologyDocument = {
  topology: 'seed',
  provider: 'netns',
  store: '/store',
  stage: 'workload',
  cluster: seed.cluster,
  machines: names.map((name) => ({
    name,
    address: addresses[name],
    engineUrl: `tcp://${addresses[name]}:2376`,
    engineVersion: '20.10.5',
  })),
  networks: [{ name: 'my-net', id: 'b8a3', subnet: '10.0.9.0/24', scope: 'global' }],
  workload: [
    { container: 'tomcat-app', machine: 'master-host', network: 'my-net', address: '10.0.9.2' },
    { container: 'mysqlserver', machine: 'worker-host', network: 'my-net', address: '10.0.9.3' },
  ],
};

function keep(
  name: Name,
  changes: { machine?: Partial<Machine>; engine?: Partial<RunningEngine> } = {},
): RunningMachine {
  const member = name !== 'mh-keystore';
  return {
    machine: {
      name,
      address: addresses[name],
      state: 'Running',
      url: `tcp://${addresses[name]}:2376`,
      endpoint: {
        kind: 'tls',
        host: addresses[name],
        port: 2376,
        caFile: '',
        certFile: '',
        keyFile: '',
      },
      engineOptions: member ? clusterOptions : [],
      engineLabels: [],
      certificates: '',
      ...changes.machine,
    },
    engine: {
      hostname: name,
      version: '20.10.5',
      labels: ['provider=virtualbox'],
      clusterStore: member ? store : undefined,
      swarm: 'inactive',
      networks: new Map(member ? [['my-net', 'b8a3']] : []),
      running: [containers[name] ?? 'consul'],
      certificatesEnd: new Date('2029-01-01T00:00:00Z'),
      ...changes.engine,
    },
  };
}

/** Returns the differences if only the master differs. */
function differ(changes: Parameters<typeof keep>[1], topology: Topology = seed): string[] {
  const kept = [keep('mh-keystore'), keep('master-host', changes), keep('worker-host')];
  return findRunningDifferences(topology, 'workload', document, kept, now);
}

test('unchanged machines have no differences', () => {
  expect(differ({})).toEqual([]);
});

test.each<[string, Parameters<typeof keep>[1]]>([
  ['is Stopped', { machine: { state: 'Stopped' } }],
  [
    'has the address 192.168.99.103, but was created with 192.168.99.101',
    { machine: { address: '192.168.99.103' } },
  ],
  [
    `has the engine options none, but the topology requires ${clusterOptions.toSorted().join(' ')}`,
    { machine: { engineOptions: [] } },
  ],
  [
    'has the engine labels role=x, but the topology requires none',
    { machine: { engineLabels: ['role=x'] } },
  ],
  ['has the hostname worker-host', { engine: { hostname: 'worker-host' } }],
  ['has engine 26.1.5, but was created with 20.10.5', { engine: { version: '26.1.5' } }],
  ['runs its engine with the key-value store (none)', { engine: { clusterStore: undefined } }],
  [
    'has a certificate that expires on 2026-11-25T18:00:00.000Z',
    { engine: { certificatesEnd: new Date('2026-11-25T18:00:00Z') } },
  ],
  [
    'does not know the network my-net with its original ID',
    { engine: { networks: new Map([['my-net', 'other']]) } },
  ],
  ['does not run tomcat-app', { engine: { running: [] } }],
])('a machine that %s is named', (said, changes) => {
  expect(differ(changes)).toEqual([`master-host ${said}`]);
});

test('an unreachable engine is named with the error', () => {
  const closed = { ...keep('master-host'), engine: { failure: 'certificate has expired' } };
  const kept = [keep('mh-keystore'), closed, keep('worker-host')];
  expect(findRunningDifferences(seed, 'workload', document, kept, now)).toEqual([
    'master-host does not answer: certificate has expired',
  ]);
});

test('a requested label must be on the machine and on its engine', () => {
  const topology: Topology = {
    ...seed,
    machines: seed.machines.map((machine) =>
      machine.name === 'master-host' ? { ...machine, engineLabels: ['role=master'] } : machine,
    ),
  };
  expect(differ({ machine: { engineLabels: ['role=master'] } }, topology)).toEqual([
    'master-host runs its engine without the label role=master',
  ]);
});

test('missing machines, additional ones and a missing stage are all named', () => {
  const stranger: RunningMachine = {
    ...keep('master-host'),
    machine: { ...keep('master-host').machine, name: 'stranger' },
  };
  const lower: TopologyDocument = { ...document, stage: 'network', workload: [] };
  const kept = [keep('mh-keystore'), keep('worker-host'), stranger];
  expect(findRunningDifferences(seed, 'workload', lower, kept, now)).toEqual([
    'it only reaches the stage network',
    'no machine master-host',
    'stranger is not in the topology',
  ]);
});

test('a different engine than the original one is named if it was requested', () => {
  const asked = withEngine(seed, '26.1.5');
  const kept = names.map((name) => keep(name));
  const madeWith = (engineBundle: string): TopologyDocument => ({
    ...document,
    machines: document.machines.map((machine) => ({ ...machine, engineBundle })),
  });
  expect(findRunningDifferences(asked, 'workload', madeWith('26.1.5'), kept, now)).toEqual([]);
  expect(findRunningDifferences(asked, 'workload', madeWith('system'), kept, now)).toEqual(
    names.map((name) => `${name} was created with engine system, but the topology requires 26.1.5`),
  );
  expect(findRunningDifferences(asked, 'workload', document, kept, now)).toEqual(
    names.map(
      (name) => `${name} was created with engine 20.10.5, but the topology requires 26.1.5`,
    ),
  );
});

test('a machine with another kernel than the requested one is named', () => {
  const kept = names.map((name) => keep(name));
  const asked: Topology = { ...seed, machines: giveOwnKernel(seed.machines) };
  const made: TopologyDocument = { ...document, machines: giveOwnKernel(document.machines) };
  const differences = (topology: Topology, running: TopologyDocument) =>
    findRunningDifferences(topology, 'workload', running, kept, now);
  expect(differences(asked, made)).toEqual([]);
  expect(differences(asked, document)).toEqual(['worker-host was created without its own kernel']);
  expect(differences(seed, made)).toEqual(['worker-host was created with its own kernel']);
});

test('a run that needs fewer stages accepts a topology with more', () => {
  const kept = names.map((name) => keep(name));
  expect(findRunningDifferences(seed, 'keystore', document, kept, now)).toEqual([]);
});

test('a changed description differs in its changes', () => {
  const changed: Topology = {
    ...seed,
    cluster: { ...seed.cluster, kind: 'etcd', keystore: 'mh-keystore', advertise: 'eth1:2376' },
    networks: seed.networks.map((network) => ({ ...network, subnet: '10.0.10.0/24' })),
    workload: {
      ...carCluster.workload,
      database: { container: 'mysqlserver', machine: 'master-host' },
    },
  };
  const differences = differ({}, changed);
  expect(differences).toEqual(
    expect.arrayContaining([
      'its cluster is consul mh-keystore eth1:2376, not etcd mh-keystore eth1:2376',
      'network my-net: its subnet is 10.0.9.0/24, not 10.0.10.0/24',
      'container mysqlserver: it is on worker-host, not on master-host',
    ]),
  );
  const [plan, ...others] = findRunningDifferences(
    changed,
    'keystore',
    document,
    [keep('mh-keystore')],
    now,
  );
  expect(plan).toMatch(/^its cluster is/);
  expect(others.filter((one) => !one.startsWith('mh-keystore'))).toEqual([]);
});

test('networks are compared with all of their options, and removed ones are named', () => {
  const kept = names.map((name) => keep(name));
  const find = (topology: Topology, running = document) =>
    findRunningDifferences(topology, 'workload', running, kept, now);
  const net = {
    name: 'my-net',
    driver: 'overlay',
    subnet: '10.0.9.0/24',
    createdOn: 'master-host',
  } as const;
  const more = { ...net, name: 'more-net', subnet: '10.0.10.0/24' };
  expect(find({ ...seed, networks: [net, more] })).toEqual(['it has no network more-net']);
  expect(find({ ...seed, networks: [{ ...net, internal: true }] })).toEqual([
    'network my-net: it is not internal',
  ]);
  const encrypted = document.networks.map((one) => ({ ...one, encrypted: true as const }));
  expect(find(seed, { ...document, networks: encrypted })).toEqual([
    'network my-net: it is encrypted',
  ]);
  // Any machine of the cluster can create a network. The network is the same.
  expect(find({ ...seed, networks: [{ ...net, createdOn: 'worker-host' }] })).toEqual([]);
  const gone = [...document.networks, { ...document.networks[0], name: 'old-net', id: 'c9b4' }];
  expect(find(seed, { ...document, networks: gone as TopologyDocument['networks'] })).toEqual(
    expect.arrayContaining(['it has a network old-net, which is not in the topology']),
  );
});

test('changed node labels are named', () => {
  const machines = seed.machines.map((one) => ({ ...one, nodeLabels: ['disk=ssd'] }));
  const kept = names.map((name) => keep(name));
  expect(findRunningDifferences({ ...seed, machines }, 'workload', document, kept, now)).toEqual(
    names.map((name) => `machine ${name}: its node labels are none, not disk=ssd`),
  );
});

test('another topology is a single difference', () => {
  expect(findRunningDifferences({ ...seed, name: 'etcd' }, 'workload', document, [], now)).toEqual([
    'it is the topology seed, not etcd',
  ]);
});

test('a stopped container of classic Swarm is named with its machine', () => {
  const topology = findTopology('classic-swarm');
  const ofSwarm = { ...document, topology: topology.name, cluster: topology.cluster };
  const agent = 'swarm-agent';
  const differencesWith = (master: string[], worker: string[]) => {
    const kept = [
      keep('mh-keystore'),
      keep('master-host', { engine: { running: ['tomcat-app', ...master] } }),
      keep('worker-host', { engine: { running: ['mysqlserver', ...worker] } }),
    ];
    return findRunningDifferences(topology, 'workload', ofSwarm, kept, now);
  };
  expect(differencesWith([agent, 'swarm-agent-master'], [agent])).toEqual([]);
  expect(differencesWith([agent], [])).toEqual([
    'master-host does not run swarm-agent-master',
    'worker-host does not run swarm-agent',
  ]);
});

test('a container with a changed description is named, and so is another one', () => {
  const shop = {
    name: 'shop',
    machine: 'master-host',
    network: 'my-net',
    image: 'nginx',
  };
  const kept: TopologyDocument = {
    ...document,
    workload: [
      ...document.workload,
      ...placesOf({ containers: [shop] }).map((place) => ({ ...place, address: '10.0.9.4' })),
    ],
  };
  const machines = [
    keep('mh-keystore'),
    keep('master-host', { engine: { running: ['tomcat-app', 'shop'] } }),
    keep('worker-host'),
  ];
  const find = (topology: Topology) =>
    findRunningDifferences(topology, 'workload', kept, machines, now);
  expect(find({ ...seed, containers: [shop] })).toEqual([]);
  expect(find({ ...seed, containers: [{ ...shop, machine: 'worker-host' }] })).toEqual([
    'container shop: it is on master-host, not on worker-host',
  ]);
  expect(find({ ...seed, containers: [{ ...shop, command: ['sh'] }] })).toEqual([
    'container shop: its description has changed',
  ]);
  expect(find(seed)).toEqual(['it has a container shop, which is not in the topology']);
});

function giveOwnKernel<M extends { readonly name: string }>(machines: readonly M[]) {
  return machines.map((machine) =>
    machine.name === 'worker-host' ? { ...machine, kernel: 'own' as const } : machine,
  );
}

const services = [
  { name: 'web', networks: ['my-net'], image: 'web:1', configs: [{ name: 'page', target: '/p' }] },
];
const withServices: Topology = {
  ...seed,
  cluster: { kind: 'swarm-mode', manager: 'master-host' },
  services,
  configs: [{ name: 'page', content: 'hello' }],
};

/** Returns those machines that are in the swarm. */
function only<One extends { readonly name: string }>(all: readonly One[]): One[] {
  return all.filter(({ name }) => name !== 'mh-keystore');
}

/** Returns the differences in the services of a swarm between its bring-up and now. */
function differInServices(
  topology: Topology,
  known: ReadonlyMap<string, string> | undefined,
): string[] {
  const running = servicesOf(withServices).map((one) => ({
    ...one,
    id: 's1',
    networks: [],
    ports: [],
  }));
  const member = (name: Name): RunningMachine =>
    keep(name, {
      machine: { engineOptions: [] },
      engine: {
        clusterStore: undefined,
        swarm: 'active',
        networks: new Map([['my-net', 'b8a3']]),
        running: [containers[name] ?? ''],
        ...(name === 'master-host' ? { services: known } : {}),
      },
    });
  const machines = names.filter((name) => name !== 'mh-keystore');
  return findRunningDifferences(
    { ...topology, machines: only(topology.machines) },
    'workload',
    {
      ...document,
      cluster: topology.cluster,
      machines: only(document.machines),
      services: running,
      files: filesOf(withServices).map((one) => ({ ...one, id: 'f1' })),
    },
    machines.map(member),
    now,
  );
}

test('services are compared with the topology and with the manager', () => {
  const known = new Map([['web', 's1']]);
  expect(differInServices(withServices, known)).toEqual([]);
  expect(differInServices({ ...withServices, services: [] }, known)).toEqual([
    'it has a service web, which is not in the topology',
    'it has a config page, which is not in the topology',
  ]);
  const [web = services[0]] = services;
  const api = { ...web, name: 'api' } as const;
  expect(
    differInServices({ ...withServices, services: [...services, api] } as Topology, known),
  ).toEqual(['it has no service api']);
  const other = services.map((one) => ({ ...one, image: 'web:2' }));
  expect(differInServices({ ...withServices, services: other }, known)).toEqual([
    'service web: its description has changed',
  ]);
  const configs = [{ name: 'page', content: 'bye' }];
  expect(differInServices({ ...withServices, configs }, known)).toEqual([
    'service web: its description has changed',
    'config page: its content has changed',
  ]);
  for (const wrong of [undefined, new Map([['web', 's2']])]) {
    expect(differInServices(withServices, wrong)).toEqual([
      'master-host does not know the service web with its original ID',
    ]);
  }
});

test('only the manager of a swarm must know a network on which no container of a worker is', () => {
  const cluster = { kind: 'swarm-mode', manager: 'master-host' } as const;
  const topology: Topology = { ...seed, cluster, machines: only(seed.machines) };
  const inSwarm = { ...document, cluster, machines: only(document.machines) };
  const differencesWithout = (unaware: Name) => {
    const kept = (['master-host', 'worker-host'] as const).map((name) =>
      keep(name, {
        machine: { engineOptions: [] },
        engine: {
          clusterStore: undefined,
          swarm: 'active',
          ...(name === unaware ? { networks: new Map() } : {}),
        },
      }),
    );
    return findRunningDifferences(topology, 'workload', inSwarm, kept, now);
  };
  expect(differencesWithout('worker-host')).toEqual([]);
  expect(differencesWithout('master-host')).toEqual([
    'master-host does not know the network my-net with its original ID',
  ]);
});
