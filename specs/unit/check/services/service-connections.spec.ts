import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import type { ServiceFacts, TaskFacts } from '../../../../helpers/docker/swarm/service-facts.ts';
import type { Trial } from '../../../../helpers/check/model/views/paths-view.ts';
import type {
  ServiceConnection,
  ServiceConnectionsView,
} from '../../../../helpers/check/model/views/service-connections-view.ts';
import { listeningPorts } from '../../../../helpers/check/observe/application/listening.ts';
import { withoutValue } from '../../../../helpers/check/model/observed.ts';
import {
  connectionsTo,
  originsOn,
} from '../../../../helpers/check/observe/services/service-connections.ts';
import { type Changes, FRONT, front, records, swarmWithService, withTasks } from './swarm.ts';

const WEB = '888ytlv5idtgvkqq8vb0doecd';
const first = { taskId: 'tmfr9q7ty2dhxgze6ui9z9ljv', address: '10.30.0.3' } as const;
const second = { taskId: '4owslb8bwfzza78idpe05cj7w', address: '10.30.0.4' } as const;
const virtual = { taskId: undefined, address: '10.30.0.2' } as const;
const lost = 'no connection';

function from(
  host: 'one' | 'two',
  to: Pick<ServiceConnection, 'taskId' | 'address'>,
  error?: string,
): ServiceConnection {
  const container = host === 'one' ? 'web.1' : 'web.2';
  const place = { host, container, containerId: `id-of-${container}`, networkId: FRONT };
  return { ...place, from: 'container', serviceId: WEB, port: 80, ...to, error };
}

function viewOf(
  connections: readonly ServiceConnection[],
  parts: Partial<ServiceConnectionsView> = {},
): ServiceConnectionsView {
  const taskPorts = [first, second].map(({ taskId }) => {
    return { serviceId: WEB, taskId, networkId: FRONT, port: 80, accepts: true };
  });
  const questions = { all: connections.length, asked: connections.length };
  return { connections, taskPorts, keepAlive: [], blind: [], questions, ...parts };
}

const healthy = [
  from('one', virtual),
  from('one', second),
  from('two', virtual),
  from('two', first),
];

function diagnose(connections: readonly ServiceConnection[], changes: Changes = {}) {
  const observation = swarmWithService({ ...changes, connections: viewOf(connections) });
  return diagnoseObservation(observation).diagnoses.map(
    ({ code, where, action, consequences }) => ({
      code,
      where: Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)),
      fix: `${action?.host}: ${lineOf(action?.commands ?? [])}`,
      consequences: consequences.map(({ kind }) => kind),
    }),
  );
}

function comparisonOf(view: ServiceConnectionsView) {
  return diagnoseObservation(swarmWithService({ connections: view })).comparisons.find(
    ({ name }) => name === 'service-connections',
  );
}

const atFront = { host: 'one', network: 'front', service: 'web' };

describe('A virtual address', () => {
  test('is healthy if it accepts connections from each node', () => {
    expect(diagnose(healthy)).toEqual([]);
    expect(comparisonOf(viewOf(healthy))).toMatchObject({
      state: 'passed',
      evidence: expect.arrayContaining(['web.1 on one reaches web at 10.30.0.2:80']),
    });
  });

  test.each<[string, Changes, string]>([
    ['the engine is restarted', {}, 'one: systemctl restart docker'],
    [
      'the setting is written if IPVS does not track connections',
      { front: [{ ...front, tracks: false }] },
      'one: nsenter --net=/run/docker/netns/lb_2u548xul6 sysctl -w net.ipv4.vs.conntrack=1',
    ],
  ])('that is silent, unlike its tasks, is one finding: %s', (_, changes, fix) => {
    expect(diagnose([from('one', virtual, lost), ...healthy.slice(1)], changes)).toEqual([
      { code: 'service-vip-unreachable', where: atFront, fix, consequences: [] },
    ]);
  });

  test.each<[string, Changes, string]>([
    ['its rules', { front: [{ ...front, marks: [] }] }, 'service-vip-missing'],
    ['forwarding', { front: [{ ...front, forwards: false }] }, 'load-balancer-forwarding-off'],
    ['IPVS', { front: [{ ...front, virtualServices: undefined }] }, 'ipvs-missing'],
  ])('is silent because the load balancer lacks %s', (_, changes, code) => {
    expect(diagnose([from('one', virtual, lost), ...healthy.slice(1)], changes)).toMatchObject([
      { code, consequences: ['service-address-silent'] },
    ]);
  });

  test('is not a separate finding if a task is silent from the same place', () => {
    expect(diagnose([from('one', virtual, lost), from('one', second, lost)])).toMatchObject([
      { code: 'service-task-unreachable' },
    ]);
  });

  test('is no finding if the tasks changed during the check', () => {
    const connections = [from('one', virtual, lost), ...healthy.slice(1)];
    expect(diagnose(connections, { later: withTasks((tasks) => tasks.slice(1)) })).toEqual([]);
  });
});

describe('A load balancer', () => {
  const cut = { ...from('one', second, lost), from: 'load-balancer' } as const;
  const there = { host: 'one', peer: 'two', network: 'front', service: 'web' };

  test('that does not reach a task, unlike containers, is one finding', () => {
    expect(diagnose([...healthy, cut])).toEqual([
      {
        code: 'service-backend-unreachable',
        where: there,
        fix: 'one: systemctl restart docker',
        consequences: [],
      },
    ]);
  });

  test('that reaches no task is a consequence if its virtual address does not answer', () => {
    expect(diagnose([from('one', virtual, lost), ...healthy.slice(1), cut])).toMatchObject([
      { code: 'service-vip-unreachable', consequences: ['service-task-cut'] },
    ]);
  });

  test('is no finding if containers do not reach the task either', () => {
    expect(diagnose([from('one', second, lost), cut])).toMatchObject([
      { code: 'service-task-unreachable' },
    ]);
  });
});

describe('A task that accepts connections in its own container', () => {
  test('is one finding if it accepts none from another one', () => {
    expect(diagnose([from('one', virtual), from('one', second, lost)])).toEqual([
      {
        code: 'service-task-unreachable',
        where: { ...atFront, peer: 'two' },
        fix: `two: docker rm --force web.2.${second.taskId}`,
        consequences: [],
      },
    ]);
  });

  test('is one finding of its node if it accepts none from several', () => {
    const again = { ...from('two', second, lost), container: 'api' };
    expect(diagnose([from('one', second, lost), again])).toMatchObject([
      {
        code: 'service-task-unreachable',
        where: { host: 'two', container: `web.2.${second.taskId}` },
      },
    ]);
  });

  test('is no finding if no packet passes between the nodes', () => {
    const trial: Trial = {
      network: 'front',
      networkId: FRONT,
      from: { host: 'one', container: 'web.1', address: '' },
      to: { host: 'two', container: 'web.2', address: '' },
      protocol: 'tcp',
      size: 100,
      arrived: false,
      answered: false,
      answeredFrom: undefined,
      error: undefined,
      milliseconds: undefined,
      sightings: [],
    };
    const nothing = { hostTrials: [], gossip: [], managers: [], tunnels: [], isolation: [] };
    const paths = {
      ...nothing,
      trials: [trial],
      checksumErrors: [],
      pairs: { all: 1, probed: 1 },
      untried: [],
    };
    const connections = viewOf([from('one', second, lost)]);
    const observation = swarmWithService({ connections, paths });
    const codes = diagnoseObservation(observation).diagnoses.map(({ code }) => code);
    expect(codes).not.toContain('service-task-unreachable');
  });
});

describe('The connections', () => {
  test('that a limit left out are counted', () => {
    const view = viewOf(healthy, { questions: { all: 9, asked: 4 } });
    expect(comparisonOf(view)).toMatchObject({
      evidence: expect.arrayContaining(['4 of 9 possible connections were made']),
    });
  });

  test('prove nothing of a host without a probe', () => {
    const view = viewOf(healthy, { blind: [{ host: 'two', why: 'no probe' }] });
    expect(comparisonOf(view)).toMatchObject({ state: 'skipped', because: 'failed' });
  });

  const ends = [first, second].map(({ taskId, address }, index) => ({
    serviceId: WEB,
    taskId,
    host: index === 0 ? 'one' : 'two',
    containerId: `id-of-web.${index + 1}`,
    pid: 100,
    addresses: { [FRONT]: address },
  }));
  const { hosts } = swarmWithService();
  const unread = withoutValue('not read');
  const plan = (
    parts: { services?: readonly ServiceFacts[]; tasks?: readonly TaskFacts[] } = {},
    ports = viewOf([]).taskPorts,
  ) => {
    const { virtual: addresses, direct } = connectionsTo(
      { ...records, ...parts },
      originsOn(hosts, (host) => hosts.find(({ name }) => name === host.name)?.balancing ?? unread),
      ends,
      ports,
    );
    return [...addresses, ...direct].map(
      ({ host, from: origin, address, port }) => `${origin} on ${host} ${address}:${port}`,
    );
  };

  test('are made to each virtual address, and to each task, in turns from each origin', () => {
    expect(plan()).toEqual([
      'container on one 10.30.0.2:80',
      'container on two 10.30.0.2:80',
      'container on one 10.30.0.4:80',
      'load-balancer on one 10.30.0.3:80',
      'container on two 10.30.0.3:80',
      'load-balancer on two 10.30.0.3:80',
      'load-balancer on one 10.30.0.4:80',
      'load-balancer on two 10.30.0.4:80',
    ]);
  });

  test('are not made to a virtual address of which a task accepts none', () => {
    const ports = viewOf([]).taskPorts.map((one) => ({
      ...one,
      accepts: one.taskId === first.taskId,
    }));
    expect(plan({}, ports)).toEqual([
      'load-balancer on one 10.30.0.3:80',
      'container on two 10.30.0.3:80',
      'load-balancer on two 10.30.0.3:80',
    ]);
  });

  test('are not made to a virtual address of which a task is unknown', () => {
    const [task] = records.tasks;
    if (task === undefined) throw new Error('no task was recorded');
    const more = { ...task, id: 'another', containerId: 'elsewhere' };
    const made = plan({ tasks: [...records.tasks, more] });
    expect(made.filter((one) => one.endsWith('10.30.0.2:80'))).toEqual([]);
    expect(made).toContain('container on one 10.30.0.4:80');
  });
});

/** `/proc/PID/net/tcp` of a task: its program, Docker's name server, and a port of another address. */
const listening = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B00007F:8A2B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3190 1 0000000063ba1e70 100 0 0 10 0
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3191 1 0000000063ba1e70 100 0 0 10 0
   2: 03001E0A:0051 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3192 1 0000000063ba1e70 100 0 0 10 0
   3: 030012AC:0052 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3193 1 0000000063ba1e70 100 0 0 10 0
   4: 03001E0A:0050 04001E0A:9C40 01 00000000:00000000 00:00000000 00000000     0        0 3194 1 0000000063ba1e70 100 0 0 10 0
`;

/** `/proc/PID/net/tcp6` of a program that listens at all addresses. */
const listening6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3189 1 0000000063ba1e70 100 0 0 10 0
   1: 00000000000000000000000001000000:0053 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3188 1 0000000063ba1e70 100 0 0 10 0
`;

test('Only ports that accept connections to the address of a task are its ports', () => {
  expect(listeningPorts([listening, listening6], '10.30.0.3')).toEqual([80, 81, 8080]);
  expect(listeningPorts([listening], '10.30.0.4')).toEqual([8080]);
  expect(listeningPorts(['no table'], '10.30.0.3')).toEqual([]);
});
