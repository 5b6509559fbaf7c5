import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withValue, withoutValue } from '../../../../helpers/check/model/observed.ts';
import type { SwarmView } from '../../../../helpers/check/model/views/swarm-view.ts';
import type { Engine } from '../../../../helpers/docker/engine.ts';
import type { EngineInfo } from '../../../../helpers/docker/info.ts';
import type { NodeFacts } from '../../../../helpers/docker/swarm/nodes.ts';
import type { ServiceFacts, TaskFacts } from '../../../../helpers/docker/swarm/service-facts.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import { serveEngine } from '../../docker/serve-engine.ts';
import { engineOf, hostOf, observationOf, overlayOf } from '../observation.ts';

/** Answers of Docker 26.1.5: its manager could not start the tasks of four services, and lost two of three managers. */
const stuck = record('stuck-tasks');
const lost = record('lost-managers');
/** Also of Docker 26.1.5: a container of one service was killed twice, and the one of the other exits after a second. */
const killed = record('killed-tasks');

function record(name: string): Record<string, unknown> {
  const file = join(import.meta.dirname, 'recordings', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** Returns a client of an engine that gives these answers. */
async function engineWith(answers: Readonly<Record<string, unknown>>): Promise<Engine> {
  const { engine } = await serveEngine((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://web');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answers[pathname.split('/').at(-1) ?? '']));
  });
  return engine;
}

/** The manager's time at which the tasks were recorded. */
const RECORDED = '2026-12-01T15:17:07.000Z';

/** The same for the killed containers. */
const KILLED = '2026-12-02T08:52:32.716Z';

const own: NodeFacts = {
  id: 'i10sxssi5fpooc21a2c094ggg',
  hostname: 'master-host',
  address: '192.168.99.100',
  state: 'ready',
  message: '',
  availability: 'active',
  role: 'manager',
  manager: undefined,
  engineVersion: '26.1.5',
  labels: {},
};

function swarmWith(view: Partial<SwarmView>, info: Partial<EngineInfo> = {}): Observation {
  const swarmNode = {
    id: own.id,
    address: '192.168.99.100',
    isManager: true,
    managers: ['192.168.99.100:2377', '192.168.99.101:2377', '192.168.99.102:2377'],
  };
  const { networks = [], ...more } = view;
  return observationOf({
    kind: 'swarm-mode',
    isComplete: false,
    hosts: [
      hostOf('master-host', {
        address: '192.168.99.100',
        engine: engineOf({
          info: { swarm: 'active', swarmNode, systemTime: RECORDED, ...info },
        }),
      }),
    ],
    swarm: withValue({
      manager: 'master-host',
      nodes: [own],
      networks,
      endpoints: [],
      services: [],
      tasks: [],
      ...more,
    }),
  });
}

async function recordedTasks(answers = stuck) {
  const engine = await engineWith(answers);
  const [services, tasks] = await Promise.all([
    engine.services.list(),
    engine.services.tasks(undefined),
  ]);
  return { services, tasks };
}

function idOf(name: string, services: readonly ServiceFacts[]): string | undefined {
  return services.find((service) => service.name === name)?.id;
}

const small = {
  id: 'f04nece9xzcx19o9eb81amu11',
  name: 'small',
  subnets: ['10.0.77.0/29'],
  vnis: [4100],
  attachable: true,
};

function diagnose(observation: Observation) {
  return diagnoseObservation(observation).diagnoses.map(({ code, where, action }) => ({
    code,
    where,
    command: lineOf(action?.commands ?? []),
  }));
}

function show(name: string) {
  return {
    code: 'task-not-started',
    where: { service: name },
    command: `docker service ps --no-trunc ${name}`,
  };
}

const POOL_NETWORK = 'bfd9d4176f01d3b343de19fa671a518c';

function withPool(pool: object, used: number) {
  const network = overlayOf('my-net', POOL_NETWORK, '10.0.9.0/24', {
    raw: {
      IPAM: { Config: [pool] },
      Containers: Object.fromEntries(
        Array.from({ length: used }, (_, index) => [
          `container-${index}`,
          { IPv4Address: `10.0.9.${64 + index}/24`, MacAddress: '' },
        ]),
      ),
    },
  });
  return observationOf({
    kind: 'key-value',
    hosts: [hostOf('master-host', { engine: engineOf({ networks: [network] }) })],
  });
}

/** The same network, whose managers count the addresses that are left. */
function withCount(pool: { Subnet: string }, { owners, free }: { owners: number; free: number }) {
  const pools = [{ subnet: pool.Subnet, free }];
  const { swarm } = swarmWith({ networks: [{ ...small, id: POOL_NETWORK, pools }] });
  return { ...withPool(pool, owners), swarm };
}

function codes(observation: Observation) {
  return diagnose(observation).map(({ code }) => code);
}

describe('Tasks of services', () => {
  test('that get no node, no address or no image are a finding for each service', async () => {
    const { services, tasks } = await recordedTasks();
    const later = '2026-12-01T15:17:20.000Z';
    const observation = swarmWith({ services, tasks }, { systemTime: later });
    expect(diagnose(observation)).toEqual([
      show('stuck'),
      show('full'),
      show('failing'),
      show('noimage'),
    ]);
    const texts = diagnoseObservation(observation).diagnoses.map(({ summary }) => summary);
    expect(texts).toEqual([
      'service stuck: 2 tasks without a node for more than 15 s: no suitable node (scheduling constraints not satisfied on 3 nodes)',
      'service full: 3 tasks without an address for more than 15 s: the manager gives no reason',
      expect.stringMatching(
        /^service failing: a task cannot start, and failed several times: starting container failed/,
      ),
      'service noimage: a task cannot start, and failed several times: No such image: nosuch:image',
    ]);
  });

  test('that wait for addresses of a full network are a consequence of it', async () => {
    const { services, tasks } = await recordedTasks();
    const engine = await engineWith({ small: stuck['network'] });
    const network = await engine.networks.inspect('small');
    const observation = swarmWith({
      services: services.filter(({ name }) => name === 'full'),
      tasks: tasks.map((task) => ({ ...task, createdAt: '2026-12-01T15:16:40.000Z' })),
      networks: [small],
    });
    const hosts = observation.hosts.map((host) =>
      'value' in host.engine
        ? { ...host, engine: withValue({ ...host.engine.value, networks: [network] }) }
        : host,
    );
    const full = { ...observation, hosts };
    const [found, ...others] = diagnoseObservation(full).diagnoses;
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      code: 'addresses-used-up',
      where: { network: 'small' },
      evidence: [{ observed: { free: 0, usable: 6, used: 6, subnets: ['10.0.77.0/29'] } }],
      consequences: [{ kind: 'task-stuck', where: { service: 'full' } }],
    });
  });

  test.for<[string, (tasks: readonly TaskFacts[]) => Partial<SwarmView>]>([
    [
      'that were created less than 15 s before',
      (tasks) => ({
        tasks: tasks
          .filter(({ state }) => state === 'pending' || state === 'new')
          .map((task) => ({ ...task, createdAt: RECORDED })),
      }),
    ],
    [
      'that run at the second read',
      (tasks) => ({
        tasks,
        later: {
          nodes: [],
          tasks: tasks.map((task) => ({ ...task, state: 'running', error: '' })),
        },
      }),
    ],
    [
      'that a rolling update replaces',
      (tasks) => ({
        tasks: tasks.map((task) => ({ ...task, desiredState: 'shutdown', state: 'shutdown' })),
      }),
    ],
    [
      'whose failures are older than a minute',
      (tasks) => ({
        tasks: tasks
          .filter(({ state }) => state !== 'pending' && state !== 'new')
          .map((task) => ({ ...task, since: '2026-12-01T15:00:00Z' })),
      }),
    ],
  ])('%s are no finding', async ([, change]) => {
    const { services, tasks } = await recordedTasks();
    expect(diagnose(swarmWith({ services, ...change(tasks) }))).toEqual([]);
  });

  test('that ran until their containers were killed are no finding while new ones replace them', async () => {
    const { services, tasks } = await recordedTasks(killed);
    const failures = tasks.filter(
      ({ error, serviceId }) => error !== '' && serviceId === idOf('api', services),
    );
    expect(failures.map(({ error }) => error)).toEqual(
      Array.from({ length: 2 }, () => 'task: non-zero exit (137)'),
    );
    expect(diagnose(swarmWith({ services, tasks }, { systemTime: KILLED }))).toEqual([]);
  });

  test('that exit immediately, repeatedly, are a finding', async () => {
    const { services, tasks } = await recordedTasks(killed);
    const crashing = idOf('crashing', services);
    const latest = tasks.map(
      (task): TaskFacts =>
        task.serviceId === crashing && task.state === 'running'
          ? { ...task, state: 'ready', desiredState: 'ready' }
          : task,
    );
    const info = { systemTime: KILLED };
    expect(diagnose(swarmWith({ services, tasks: latest }, info))).toEqual([show('crashing')]);
    // The delay before a new task is no time in which it runs.
    const delayed = latest.map((task) => ({
      ...task,
      createdAt: new Date(Date.parse(task.createdAt) - 25_000).toISOString(),
    }));
    expect(diagnose(swarmWith({ services, tasks: delayed }, info))).toEqual([]);
    const slow = services.map((service) => ({ ...service, restartDelay: 30 }));
    expect(diagnose(swarmWith({ services: slow, tasks: delayed }, info))).toEqual([
      show('crashing'),
    ]);
  });

  test('with a node that takes no tasks have a fix that makes it take tasks again', async () => {
    const { services, tasks } = await recordedTasks();
    const engine = await engineWith(lost);
    const nodes = (await engine.nodes.list()).map((node) => ({
      ...node,
      manager: undefined,
      availability: node.hostname === 'third-host' ? ('drain' as const) : node.availability,
    }));
    const error =
      'no suitable node (1 node not available for new tasks; scheduling constraints not satisfied on 2 nodes)';
    const drained = nodes.find(({ hostname }) => hostname === 'third-host');
    const observation = swarmWith(
      {
        services: services.filter(({ name }) => name === 'stuck'),
        tasks: tasks.map((task) => ({ ...task, error })),
        nodes,
      },
      { systemTime: '2026-12-01T15:17:20.000Z' },
    );
    expect(diagnose(observation)).toMatchObject([
      { command: `docker node update --availability active ${drained?.id}` },
    ]);
    expect(diagnoseObservation(observation).notes).toEqual([
      'The node third-host is drained: it runs no tasks.',
    ]);
  });

  test('are not checked if the manager does not list them', () => {
    const comparisons = diagnoseObservation(swarmWith({ tasks: undefined })).comparisons;
    expect(comparisons.find(({ name }) => name === 'tasks-start')).toMatchObject({
      state: 'skipped',
      because: 'failed',
    });
  });
});

describe('The managers of a swarm', () => {
  test('that lost most of them are one finding, also while there is a leader', async () => {
    const nodes = await (await engineWith(lost)).nodes.list();
    const [found, ...others] = diagnoseObservation(swarmWith({ nodes })).diagnoses;
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      code: 'swarm-quorum-lost',
      where: {},
      evidence: [{ observed: { unreachable: ['192.168.99.101', '192.168.99.102'] } }],
      action: { kind: 'next-step', commands: [] },
    });
  });

  test('that reach each other at the second read are no finding', async () => {
    const nodes = await (await engineWith(lost)).nodes.list();
    const back = nodes.map((node) => ({
      ...node,
      manager: node.manager && { ...node.manager, reachable: true },
    }));
    expect(diagnose(swarmWith({ nodes, later: { nodes: back, tasks: [] } }))).toEqual([]);
  });

  test('without a leader have a fix only if all others have left', () => {
    const { Error: swarmError } = lost['swarm'] as { Error: string };
    const leaderless = swarmWith({}, { swarmError });
    const missing = { ...leaderless, swarm: withoutValue(`master-host: ${swarmError}`) };
    expect(diagnose(missing)).toEqual([{ code: 'swarm-quorum-lost', where: {}, command: '' }]);
    const left = ['192.168.99.101', '192.168.99.102'].map((address, index) =>
      hostOf(`host-${index}`, { address, engine: engineOf({ info: { id: `left-${index}` } }) }),
    );
    expect(diagnose({ ...missing, hosts: [...missing.hosts, ...left] })).toMatchObject([
      {
        code: 'swarm-quorum-lost',
        command: 'docker swarm init --force-new-cluster --advertise-addr 192.168.99.100',
      },
      { code: 'engine-not-clustered', where: { host: 'host-0' } },
      { code: 'engine-not-clustered', where: { host: 'host-1' } },
    ]);
  });

  test('in an even number are a note', async () => {
    const nodes = (await (await engineWith(lost)).nodes.list()).slice(0, 2).map((node) => ({
      ...node,
      manager: node.manager && { ...node.manager, reachable: true },
    }));
    const report = diagnoseObservation(swarmWith({ nodes }));
    expect(report.diagnoses).toEqual([]);
    expect(report.notes).toEqual([
      'The swarm has 2 managers: an even number survives no more losses than 1 manager.',
    ]);
  });
});

const notes = (view: Partial<SwarmView>) => diagnoseObservation(swarmWith(view)).notes;

describe('A node', () => {
  const departures = [{ nodeId: own.id, times: 2 }];

  test('that went down twice and is ready again is a note', () => {
    expect(notes({ departures })).toEqual([
      expect.stringContaining('The managers lost the node master-host 2 times within an hour'),
    ]);
  });

  test('that went down once, or is still down, is none', () => {
    expect(notes({ departures: [{ nodeId: own.id, times: 1 }] })).toEqual([]);
    expect(notes({ departures: [{ nodeId: 'removed', times: 9 }] })).toEqual([]);
    const nodes = [{ ...own, state: 'down' } as const];
    expect(notes({ departures, nodes })).toEqual([]);
    // Ready at first, and down again after the live packets.
    expect(notes({ departures, later: { nodes, tasks: [] } })).toEqual([]);
  });
});

describe('An overlay network', () => {
  const range = { Subnet: '10.0.9.0/24', IPRange: '10.0.9.64/30', Gateway: '10.0.9.1' };

  test('may use only the addresses of its range', () => {
    expect(codes(withPool(range, 4))).toContain('addresses-used-up');
    expect(codes(withPool(range, 3))).not.toContain('addresses-used-up');
    expect(diagnoseObservation(withPool(range, 3)).notes).toEqual([
      'The network my-net (10.0.9.0/24) has 1 of 4 addresses left.',
    ]);
    expect(codes(withPool({ Subnet: '10.0.9.0/24' }, 4))).not.toContain('addresses-used-up');
  });

  test('has a gateway with an address, also if its engine does not report it', () => {
    const bare = { Subnet: '10.0.9.64/29' };
    expect(codes(withPool(bare, 5))).not.toContain('addresses-used-up');
    expect(codes(withPool(bare, 6))).toContain('addresses-used-up');
  });

  test('of Docker 29 is as full as its managers count, also if no container has the addresses', () => {
    const bare = { Subnet: '10.0.9.64/29' };
    expect(codes(withCount(bare, { owners: 2, free: 1 }))).not.toContain('addresses-used-up');
    const full = diagnoseObservation(withCount(bare, { owners: 2, free: 0 })).diagnoses.find(
      ({ code }) => code === 'addresses-used-up',
    );
    expect(full?.evidence[0]?.text).toContain(
      'all 6 are in use, 4 of them by no known container, service or host',
    );
    // Not yet released when the check found no owner.
    expect(codes(withCount(bare, { owners: 6, free: 1 }))).not.toContain('addresses-used-up');
  });
});
