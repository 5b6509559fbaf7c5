import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../../helpers/machine/machine.ts';
import { findRefusals } from '../../../../helpers/topology/converge/find-refusals.ts';
import type {
  ObservedEngine,
  ObservedMachine,
} from '../../../../helpers/topology/converge/observed-machine.ts';
import { planConvergence } from '../../../../helpers/topology/converge/plan-convergence.ts';
import type { TopologyDocument } from '../../../../helpers/topology/document.ts';
import type { Change } from '../../../../helpers/topology/reuse/change.ts';
import {
  filesOf,
  placesOf,
  servicesOf,
  type Topology,
} from '../../../../helpers/topology/topology.ts';

const waits = { network: 'stairs', image: 'busybox' } as const;
const house = {
  name: 'house',
  cluster: { kind: 'swarm-mode', manager: 'counter' },
  machines: [{ name: 'counter' }, { name: 'cellar' }, { name: 'attic' }],
  networks: [
    { name: 'stairs', driver: 'overlay', subnet: '10.20.0.0/24', createdOn: 'counter' },
    { name: 'pipes', driver: 'overlay', subnet: '10.21.0.0/24', createdOn: 'counter' },
  ],
  containers: [
    { ...waits, name: 'stock', machine: 'cellar' },
    { ...waits, name: 'shop', machine: 'counter' },
    { ...waits, name: 'tap', machine: 'attic', network: 'pipes' },
  ],
  services: [
    { name: 'clock', networks: ['stairs'], image: 'busybox' },
    {
      name: 'bell',
      networks: ['pipes'],
      image: 'busybox',
      configs: [{ name: 'sound', target: '/sound' }],
    },
  ],
  configs: [{ name: 'sound', content: 'ding' }],
} as const satisfies Topology;
const [stairs, pipes] = house.networks;
const [stock, shop, tap] = house.containers;
const [clock] = house.services;

function documentOf(topology: Topology): TopologyDocument {
  return {
    topology: topology.name,
    provider: 'netns',
    store: '/store',
    stage: 'workload',
    cluster: topology.cluster,
    machines: topology.machines.map(({ name }, at) => ({
      name,
      address: `192.168.99.${100 + at}`,
      engineUrl: '',
      engineVersion: '26.1.5',
    })),
    networks: topology.networks.map(({ name, subnet }) => ({
      name,
      subnet,
      id: `id-of-${name}`,
      scope: 'swarm',
    })),
    workload: placesOf(topology).map((place) => ({
      ...place,
      id: `id-of-${place.container}`,
      address: '10.0.0.2',
    })),
    services: servicesOf(topology).map((one) => ({
      ...one,
      id: `id-of-${one.service}`,
      networks: [],
      ports: [],
    })),
    files: filesOf(topology).map((one) => ({ ...one, id: `id-of-${one.name}` })),
  };
}

/** Returns the machines of a document, whose engines have exactly its content, with changes. */
function observe(
  document: TopologyDocument,
  changes: Readonly<Record<string, Partial<ObservedEngine> | { failure: string }>> = {},
  machines: Readonly<Record<string, Partial<Machine>>> = {},
): ObservedMachine[] {
  return document.machines.map(({ name, address }) => ({
    machine: {
      name,
      address,
      state: 'Running',
      url: '',
      endpoint: { kind: 'unix', path: '' },
      engineOptions: [],
      engineLabels: [],
      certificates: '',
      ...machines[name],
    },
    engine: {
      networks: document.networks.map((one) => ({
        id: one.id,
        name: one.name,
        subnets: [one.subnet],
        isLocal: false,
      })),
      containers: document.workload
        .filter(({ machine }) => machine === name)
        .map(({ container, id = '', network }) => ({
          id,
          name: container,
          isRunning: true,
          networks: [network],
        })),
      ...(name === 'counter'
        ? {
            services: (document.services ?? []).map(({ service, id }) => ({
              id,
              name: service,
              networks: [],
            })),
          }
        : {}),
      ...changes[name],
    },
  }));
}

const running = documentOf(house);

function lineOf({ action, kind, name, host, reason, inPlace }: Change): string {
  const on = host === undefined ? '' : ` on ${host}`;
  return `${action} ${kind} ${name}${on}: ${reason}${inPlace === true ? ' (in place)' : ''}`;
}

function plan(topology: Topology, document = running, observed = observe(document)): string[] {
  return planConvergence(topology, document, observed).map(lineOf);
}

function refusals(topology: Topology, document = running, observed = observe(document)): string[] {
  const changes = planConvergence(topology, document, observed);
  return findRefusals(topology, document, observed, changes).map(
    ({ code, observed: said, hint }) => `${code}: ${said}. ${hint}`,
  );
}

function withRange(subnet: string): Topology {
  return { ...house, networks: [stairs, { ...pipes, subnet }] };
}

/** Returns the content of one machine's engine. */
function engineAt(index: number): ObservedEngine {
  return observe(running)[index]?.engine as ObservedEngine;
}

describe('a plan', () => {
  test('of the same topology is empty', () => {
    expect(plan(house)).toEqual([]);
    expect(refusals(house)).toEqual([]);
  });

  test('removes in one order, and adds in the other', () => {
    const other: Topology = {
      ...house,
      machines: [{ name: 'counter' }, { name: 'cellar' }, { name: 'roof' }],
      networks: [stairs, { ...pipes, name: 'wires', subnet: '10.23.0.0/24' }],
      containers: [
        stock,
        { ...shop, command: ['sh'] },
        { ...waits, name: 'lamp', machine: 'roof', network: 'wires' },
      ],
      services: [clock, { ...clock, name: 'horn' }],
      configs: [],
    };
    expect(plan(other)).toEqual([
      'remove service bell: it is not in the topology',
      'remove container tap on attic: it is not in the topology',
      'remove config sound: it is not in the topology',
      'remove network pipes: it is not in the topology',
      'remove machine attic: it is not in the topology',
      'change container shop on counter: its description has changed',
      'add machine roof: it is new in the topology',
      'add network wires: it is new in the topology',
      'add container lamp on roof: it is new in the topology',
      'add service horn: it is new in the topology',
    ]);
    expect(refusals(other)).toEqual([]);
  });

  test('replaces everything on a replaced network, and nothing else', () => {
    expect(plan({ ...house, networks: [stairs, { ...pipes, internal: true }] })).toEqual([
      'change network pipes: it is not internal',
      'change container tap on attic: its network pipes is replaced',
      'change service bell: its network pipes is replaced',
    ]);
  });

  test('replaces the containers of a replaced machine, whose engine has other options', () => {
    const machines = house.machines.map((one) =>
      one.name === 'attic' ? { ...one, engineLabels: ['floor=3'] } : one,
    );
    expect(plan({ ...house, machines })).toEqual([
      'change machine attic: its engine labels are none, not floor=3',
      'change container tap on attic: its machine attic is replaced',
    ]);
  });

  test('changes node labels in place', () => {
    const machines = house.machines.map((one) => ({ ...one, nodeLabels: ['floor=3'] }));
    expect(plan({ ...house, machines })).toEqual(
      ['counter', 'cellar', 'attic'].map(
        (name) => `change machine ${name}: its node labels are none, not floor=3 (in place)`,
      ),
    );
  });

  test('replaces a service whose config has changed', () => {
    expect(plan({ ...house, configs: [{ name: 'sound', content: 'dong' }] })).toEqual([
      'change config sound: its content has changed',
      'change service bell: its description has changed',
    ]);
  });

  test('replaces missing, stopped and unready objects', () => {
    const { containers: own } = engineAt(0);
    const document = {
      ...running,
      workload: running.workload.map((one) =>
        one.container === 'tap' ? { ...one, address: '' } : one,
      ),
      services: (running.services ?? []).map((one) =>
        one.service === 'bell' ? { ...one, unready: true as const } : one,
      ),
    };
    const observed = observe(document, {
      counter: {
        containers: own.map((one) => ({ ...one, isRunning: false })),
        services: [{ id: 'id-of-bell', name: 'bell', networks: [] }],
      },
      cellar: { containers: [] },
    });
    expect(plan(house, document, observed)).toEqual([
      'change container stock on cellar: it is missing',
      'change container shop on counter: it does not run',
      'change container tap on attic: it was not ready',
      'change service clock: it is missing',
      'change service bell: it was not ready',
    ]);
    const without = observe(running).map((one) => ({
      ...one,
      engine: {
        ...one.engine,
        networks: [{ id: 'id-of-stairs', name: 'stairs', subnets: [], isLocal: false }],
      },
    })) as ObservedMachine[];
    expect(plan(house, running, without)).toEqual([
      'change network pipes: it is missing',
      'change container tap on attic: its network pipes is replaced',
      'change service bell: its network pipes is replaced',
    ]);
  });

  test('removes an unfinished machine that the topology has no more', () => {
    const document = { ...running, unfinished: ['roof'] };
    expect(plan(house, document)).toEqual(['remove machine roof: it was not ready']);
  });

  test('replaces the car service as a whole', () => {
    const workload = {
      network: 'stairs',
      application: { container: 'app', machine: 'counter' },
      database: { container: 'db', machine: 'cellar' },
    };
    const cars: Topology = { ...house, workload };
    const document = documentOf(cars);
    const database = { container: 'db', machine: 'attic' };
    expect(plan({ ...cars, workload: { ...workload, database } }, document)).toEqual([
      'change container app on counter: the car service is replaced as a whole',
      'change container db on attic: it is on cellar, not on attic',
    ]);
    expect(plan(house, document)).toEqual([
      'remove container app on counter: it is not in the topology',
      'remove container db on cellar: it is not in the topology',
    ]);
  });
});

describe('a refusal', () => {
  const without = { ...house, containers: [stock, shop], services: [clock], configs: [] };
  const noAttic: Topology = { ...without, machines: house.machines.slice(0, 2) };
  const noPipes: Topology = { ...without, networks: [stairs] };
  const foreign = { id: 'mine', name: 'guest', isRunning: true, networks: ['pipes'] };

  test('names a cluster, an engine and a kernel that cannot change', () => {
    const manager: Topology = { ...house, cluster: { kind: 'swarm-mode', manager: 'cellar' } };
    expect(refusals(manager)[0]).toBe(
      'topology-differs: its cluster is swarm-mode counter, not swarm-mode cellar. tear it down with "overlay-e2e down" and bring it up again',
    );
    const machines = house.machines.map((one) =>
      one.name === 'attic'
        ? { ...one, kernel: 'own' as const, engineBundle: '20.10.24' }
        : { ...one, engineLabels: one.name === 'counter' ? ['floor=0'] : [] },
    );
    expect(refusals({ ...house, machines })).toEqual([
      'topology-differs: machine attic: it was created with engine 26.1.5, but the topology requires 20.10.24. remove attic from the topology, run it with --converge, and add it again',
      'topology-differs: machine counter: its engine labels are none, not floor=0. tear it down with "overlay-e2e down" and bring it up again',
    ]);
  });

  test('names a document without the IDs of containers', () => {
    const workload = running.workload.map((one) => ({ ...one, id: undefined }));
    expect(refusals(house, { ...running, workload })[0]).toMatch(
      /^state-unreadable: an earlier version brought it up, and recorded no IDs of its containers \(stock, shop, tap\)\. tear it down/,
    );
  });

  test('names machines that do not answer, are missing, or have another address', () => {
    const observed = observe(
      running,
      { cellar: { failure: 'it is Stopped' } },
      { counter: { address: '192.168.99.9' } },
    ).filter(({ machine }) => machine.name !== 'attic');
    expect(refusals(house, running, observed).map((one) => one.split('. ')[0])).toEqual([
      'topology-differs: counter has the address 192.168.99.9, but was created with 192.168.99.100',
      'machine-not-running: cellar does not answer: it is Stopped',
      'machine-unknown: machine attic is missing',
    ]);
    // A removal that was interrupted continues.
    const rest = observe(running).filter(({ machine }) => machine.name !== 'attic');
    expect(refusals(noAttic, running, rest)).toEqual([]);
  });

  test('names objects of the user that have the name of a new one', () => {
    const roof = { ...waits, name: 'lamp', machine: 'counter' } as const;
    const wires = { ...pipes, name: 'wires', subnet: '10.23.0.0/24' } as const;
    const more: Topology = {
      ...house,
      machines: [...house.machines, { name: 'roof' }],
      networks: [...house.networks, wires],
      containers: [...house.containers, roof],
      services: [...house.services, { ...clock, name: 'horn' }],
    };
    const engine = engineAt(0);
    const observed = observe(running, {
      counter: {
        containers: [...engine.containers, { ...foreign, name: 'lamp', networks: [] }],
        services: [...(engine.services ?? []), { id: 'mine', name: 'horn', networks: [] }],
      },
      // Another network on one machine only.
      attic: {
        networks: [
          ...engine.networks,
          { id: 'mine', name: 'wires', subnets: ['172.18.0.0/16'], isLocal: true },
        ],
      },
    });
    const [strange] = observe({
      ...running,
      machines: [{ ...running.machines[0], name: 'roof' }],
    } as TopologyDocument);
    expect(
      refusals(more, running, [...observed, ...(strange === undefined ? [] : [strange])]),
    ).toEqual([
      'name-taken: a machine roof exists that is not from this topology. remove it, or choose another name',
      'name-taken: a network wires exists on attic that is not from this topology. remove it on attic (docker network rm wires), or choose another name',
      'name-taken: a container lamp exists on counter that is not from this topology. remove it on counter (docker rm -f lamp), or choose another name',
      'name-taken: a service horn exists that is not from this topology. remove it on counter (docker service rm horn), or choose another name',
    ]);
    const begun = { ...running, unfinished: ['roof'] };
    const machines = [...house.machines, { name: 'roof' }];
    const found = [...observe(running), ...(strange === undefined ? [] : [strange])];
    expect(refusals({ ...house, machines }, begun, found)).toEqual([]);
  });

  test('names a container that the user replaced by one of the same name', () => {
    const observed = observe(running, {
      cellar: { containers: [{ ...foreign, name: 'stock', networks: ['stairs'] }] },
    });
    expect(refusals(house, running, observed)).toEqual([
      'name-taken: a container stock exists on cellar that is not from this topology. remove it on cellar (docker rm -f stock), or choose another name',
    ]);
  });

  test('names containers and services of the user on a removed network, running or not', () => {
    const engine = engineAt(0);
    const observed = observe(running, {
      counter: {
        containers: [...engine.containers, { ...foreign, isRunning: false }],
        services: [
          ...(engine.services ?? []),
          { id: 'mine', name: 'horn', networks: ['id-of-pipes'] },
        ],
      },
    });
    expect(refusals(noPipes, running, observed)).toEqual([
      'network-has-containers: cannot remove network pipes, which has container guest on counter, service horn that are not from this topology. remove or disconnect these first',
    ]);
    expect(refusals(noAttic, running, observed)).toEqual([]);
  });

  test('names containers of the user on a removed machine', () => {
    const engine = engineAt(2);
    const task = { ...foreign, id: 't1', name: 'clock.1', service: 'id-of-clock' };
    const withTask = { attic: { containers: [...engine.containers, task] } };
    expect(refusals(noAttic, running, observe(running, withTask))).toEqual([]);
    for (const one of [foreign, { ...task, name: 'guest', service: 'mine' }]) {
      const more = { attic: { containers: [...engine.containers, one] } };
      expect(refusals(noAttic, running, observe(running, more))).toEqual([
        'topology-differs: cannot remove machine attic, which has container guest that are not from this topology. remove or disconnect these first',
      ]);
    }
  });

  test('names a range that another network or a machine has', () => {
    // The network that is replaced, and bridges of single machines, do not count.
    expect(refusals(withRange('10.21.0.0/16'))).toEqual([]);
    expect(refusals(withRange('10.20.0.128/25'))).toEqual([
      'range-in-use: the subnet 10.20.0.128/25 of network pipes overlaps that of network stairs. choose another subnet',
    ]);
    expect(refusals(withRange('192.168.0.0/16'))).toEqual([
      'range-in-use: the subnet 192.168.0.0/16 of network pipes contains the address of machine counter. choose another subnet',
    ]);
  });

  test('names a container that a later machine would not forget', () => {
    const late = { containers: ['id-of-stock'], networks: ['stairs'] };
    const document = {
      ...running,
      machines: running.machines.map((one) => (one.name === 'attic' ? { ...one, late } : one)),
    };
    const other: Topology = {
      ...house,
      containers: [{ ...stock, command: ['sh'] }, { ...shop, command: ['sh'] }, tap],
    };
    expect(refusals(other, document)).toEqual([
      'topology-differs: container stock is older than machine attic, whose engine would not forget it. remove attic from the topology too, run it with --converge, and add it again',
    ]);
    expect(
      refusals(
        { ...other, machines: noAttic.machines, containers: [{ ...stock, command: ['sh'] }] },
        document,
      ),
    ).toEqual([]);
    expect(
      refusals({ ...other, networks: [{ ...stairs, subnet: '10.30.0.0/24' }, pipes] }, document),
    ).toEqual([]);
  });

  test('names a machine of classic Swarm', () => {
    const swarm: Topology = {
      name: 'old',
      cluster: { kind: 'classic-swarm', keystore: 'store', master: 'one', advertise: 'eth1:2376' },
      machines: [{ name: 'store' }, { name: 'one' }, { name: 'two' }],
      networks: [],
    };
    const document = documentOf(swarm);
    const options = ['cluster-store=consul://192.168.99.100:8500', 'cluster-advertise=eth1:2376'];
    const observed = observe(
      document,
      {},
      {
        one: { engineOptions: options },
        two: { engineOptions: options },
      },
    );
    expect(refusals(swarm, document, observed)).toEqual([]);
    const machines = swarm.machines.slice(0, 2);
    expect(refusals({ ...swarm, machines }, document, observed)).toEqual([
      'topology-differs: machine two: a running classic-swarm cluster cannot remove it. tear it down with "overlay-e2e down" and bring it up again',
    ]);
  });
});
