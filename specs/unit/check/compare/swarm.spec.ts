import { lineOf } from '../../../../helpers/check/model/command.ts';
import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import type { SwarmEndpoint } from '../../../../helpers/check/model/views/swarm-view.ts';
import { endpointsOf } from '../../../../helpers/check/derive/endpoints.ts';
import { knownEndpoints } from '../../../../helpers/check/derive/known-endpoints.ts';
import { leaveOutLeaving } from '../../../../helpers/check/observe/leave-out-leaving.ts';
import { withoutValue, withValue } from '../../../../helpers/check/model/observed.ts';
import type { EngineInfo } from '../../../../helpers/docker/info.ts';
import type { NodeFacts } from '../../../../helpers/docker/swarm/nodes.ts';
import { containerOf, NETWORK_ID, overlay } from '../healthy-cluster.ts';
import { engineOf, hostOf, observationOf } from '../observation.ts';

const network = { ...overlay, scope: 'swarm' as const, attachable: true };
const members = [
  { name: 'master-host', address: '192.168.99.100', container: 'tomcat-app', inside: '10.0.9.2' },
  { name: 'worker-host', address: '192.168.99.101', container: 'mysqlserver', inside: '10.0.9.4' },
] as const;
const worker = 'worker-host';

function nodeOf(name: string, parts: Partial<NodeFacts> = {}): NodeFacts {
  return {
    id: `node-${name}`,
    hostname: name,
    address: members.find((one) => one.name === name)?.address ?? '192.168.99.250',
    state: 'ready',
    message: '',
    availability: 'active',
    role: 'worker',
    manager: undefined,
    engineVersion: '26.1.5',
    labels: {},
    ...parts,
  };
}

function known(addresses: readonly string[]) {
  return withValue({
    isThere: true,
    members: addresses.map((address) => ({ name: undefined, address, state: 'alive' as const })),
  });
}

/** Returns two nodes of a healthy swarm with changes. */
function swarmOf({
  info = {},
  networks = [network],
  nodes = members.map(({ name }) => nodeOf(name)),
  peers = members.map(({ address }) => address),
  ends = [],
}: {
  readonly info?: Partial<EngineInfo>;
  readonly networks?: readonly (typeof network)[];
  readonly nodes?: readonly NodeFacts[];
  readonly peers?: readonly string[];
  readonly ends?: readonly SwarmEndpoint[];
} = {}): Observation {
  return observationOf({
    kind: 'swarm-mode',
    hosts: members.map(({ name, address, container, inside }) =>
      hostOf(name, {
        address,
        engine: engineOf({
          info: {
            id: `ID OF ${name}`,
            name,
            swarm: 'active',
            swarmNode: {
              id: `node-${name}`,
              address,
              isManager: name === 'master-host',
              managers: ['192.168.99.100:2377'],
            },
            ...(name === worker ? info : {}),
          },
          networks: name === worker ? networks : [network],
          containers: [containerOf(container, { address: inside })],
        }),
        gossip: known(name === worker ? members.map((one) => one.address) : peers),
      }),
    ),
    swarm: withValue({
      manager: 'master-host',
      nodes,
      networks: [
        {
          id: NETWORK_ID,
          name: 'my-net',
          subnets: ['10.0.9.0/24'],
          vnis: [4097],
          attachable: true,
        },
      ],
      endpoints: [
        ...members.map(({ container, inside, address }) => ({
          networkId: NETWORK_ID,
          name: container,
          endpointId: `end-of-${container}`,
          address: inside,
          hostAddress: address,
          askedHost: 'master-host',
        })),
        ...ends,
      ],
      services: [],
      tasks: [],
    }),
  });
}

function diagnose(observation: Observation) {
  return diagnoseObservation(observation).diagnoses.map(({ code, where, action }) => ({
    code,
    where,
    command: lineOf(action?.commands ?? []),
  }));
}

describe('A swarm', () => {
  test('is healthy if its manager and its engines agree', () => {
    expect(diagnoseObservation(swarmOf())).toMatchObject({ verdict: 'healthy', diagnoses: [] });
  });

  test('with an engine that has left has a fix that joins it again, and no closed ports', () => {
    const left = swarmOf({
      info: { swarm: 'inactive', swarmNode: undefined },
      networks: [],
      peers: ['192.168.99.100'],
    });
    expect(diagnose(left)).toEqual([
      {
        code: 'engine-not-clustered',
        where: { host: worker },
        command: 'docker swarm join-token worker',
      },
    ]);
  });

  test('with an engine whose certificate has expired names the reason, and the time to compare', () => {
    // From moby #42660.
    const swarmError =
      'error while loading TLS certificate in /var/lib/docker/swarm/certificates/swarm-node.crt: certificate (1 - k8rxtaxrhzdw2j48j1dotuj0a) not valid after Fri, 25 Jun 2021 01:41:00 UTC, and it is currently Wed, 21 Jul 2021 00:39:25 EDT: x509: certificate has expired or is not yet valid';
    const expired = swarmOf({ info: { swarm: 'error', swarmNode: undefined, swarmError } });
    expect(diagnose(expired)).toEqual([
      { code: 'certificate-expired', where: { host: worker }, command: 'date -u' },
    ]);
    const [found] = diagnoseObservation(expired).diagnoses;
    expect(found?.summary).toContain('x509: certificate has expired or is not yet valid');
    expect(found?.action?.effect).toContain('"docker swarm leave --force" there');
  });

  test('whose manager does not know a node has a fix in which it leaves and joins again', () => {
    expect(diagnose(swarmOf({ nodes: [nodeOf('master-host')] }))).toEqual([
      {
        code: 'engine-not-clustered',
        where: { host: worker },
        command: 'docker swarm join-token worker',
      },
    ]);
  });

  test('whose manager receives no heartbeat of a node has a fix that restarts its engine', () => {
    const nodes = [nodeOf('master-host'), nodeOf(worker, { state: 'down' })];
    expect(diagnose(swarmOf({ nodes }))).toEqual([
      {
        code: 'engine-not-clustered',
        where: { host: worker },
        command: 'systemctl restart docker',
      },
    ]);
  });

  test('has an unknown member in a node without a host, but not in the old node of a host', () => {
    const nodes = [nodeOf('master-host'), nodeOf(worker)];
    const old = nodeOf(worker, { id: 'old', state: 'down', address: '192.168.99.77' });
    expect(diagnose(swarmOf({ nodes: [...nodes, old] }))).toEqual([]);
    expect(diagnose(swarmOf({ nodes: [...nodes, nodeOf('stranger')] }))).toMatchObject([
      { code: 'engine-not-clustered', where: {} },
    ]);
  });

  test('is incomplete if a node of its manager was not examined', () => {
    const nodes = [nodeOf('master-host'), nodeOf(worker), nodeOf('third-host')];
    const report = diagnoseObservation({ ...swarmOf({ nodes }), isComplete: false });
    expect(report).toMatchObject({
      verdict: 'incomplete',
      diagnoses: [],
      coverage: { examined: 2, known: 3, unexamined: ['third-host'] },
    });
  });

  test('has a finding for a node that is down, even if only other nodes are examined', () => {
    const down = nodeOf('third-host', { state: 'down', message: 'heartbeat failure' });
    const nodes = [nodeOf('master-host'), nodeOf(worker), nodeOf('fourth-host'), down];
    const report = diagnoseObservation({ ...swarmOf({ nodes }), isComplete: false });
    expect(report).toMatchObject({
      verdict: 'defects',
      diagnoses: [
        {
          code: 'engine-not-clustered',
          where: { host: 'third-host' },
          action: { kind: 'next-step', commands: [['ping', '-c', '3', down.address]] },
        },
      ],
      coverage: { examined: 2, known: 4, unexamined: ['fourth-host'] },
    });
  });

  test('lists the features that no comparison supports', () => {
    const encrypted = { ...network, options: { encrypted: '' } };
    expect(diagnoseObservation(swarmOf({ networks: [encrypted] })).coverage.unsupported).toEqual([
      'encryption of my-net',
    ]);
    const task = { service: 'web', name: 'web.1', endpointId: 'e', address: '', hostAddress: '' };
    const served = { ...network, tasks: [task] };
    expect(diagnoseObservation(swarmOf({ networks: [served] })).coverage.unsupported).toEqual([
      'connections to the virtual addresses of web',
    ]);
    const gateway = { ...network, id: 'gateway', name: 'docker_gwbridge', driver: 'bridge' };
    const outside = ['packets of containers to other networks; only their settings are read'];
    const unsupported = (networks: readonly (typeof network)[]) =>
      diagnoseObservation(swarmOf({ networks })).coverage.unsupported;
    expect(unsupported([network, gateway])).toEqual(outside);
    expect(unsupported([{ ...network, internal: true }, gateway])).toEqual([]);
  });

  test('lists the networks whose records an engine did not list', () => {
    const observation = swarmOf();
    const hosts = observation.hosts.map((host) =>
      host.name === worker && 'value' in host.engine
        ? {
            ...host,
            engine: withValue({ ...host.engine.value, unlistedOverlays: [NETWORK_ID, 'gone'] }),
          }
        : host,
    );
    const { coverage, diagnoses } = diagnoseObservation({ ...observation, hosts });
    expect(diagnoses).toEqual([]);
    expect(coverage.unsupported).toEqual([
      `containers of other hosts that ${worker} has on record in my-net`,
    ]);
  });

  test('of whose engines none answers has no missing networks', () => {
    const swarm = swarmOf();
    const silent = withoutValue('no answer after 10 s');
    const observation: Observation = {
      ...swarm,
      hosts: swarm.hosts.map((host) => ({ ...host, engine: silent, pulse: 'silent' })),
      swarm: silent,
      expectations: { networks: [{ name: 'my-net' }] },
    };
    expect(diagnose(observation).map(({ code, where }) => `${code} ${where.host}`)).toEqual([
      'engine-unreachable master-host',
      'engine-unreachable worker-host',
    ]);
  });

  test('needs a network only on workers with a container that uses it', () => {
    expect(diagnose(swarmOf({ networks: [] }))).toMatchObject([
      { code: 'network-missing', where: { host: worker, network: 'my-net' } },
    ]);
  });

  test('with an endpoint that an engine reports and no container has is stale', () => {
    const ghost = {
      networkId: NETWORK_ID,
      name: 'ghost',
      endpointId: 'end-of-ghost',
      address: '10.0.9.9',
      hostAddress: '192.168.99.101',
      askedHost: 'master-host',
    };
    const again = (laterTasks: readonly string[] | undefined) => {
      const observation = swarmOf({ ends: [ghost] });
      const hosts = observation.hosts.map((host) =>
        'value' in host.engine
          ? { ...host, engine: withValue({ ...host.engine.value, laterTasks }) }
          : host,
      );
      return diagnose({ ...observation, hosts });
    };
    const stale = {
      code: 'endpoint-stale',
      where: { host: worker, network: 'my-net', container: 'ghost' },
    };
    expect(again(undefined)).toMatchObject([stale]);
    expect(again([ghost.endpointId])).toMatchObject([stale]);
    // The task was only stopping.
    expect(again([])).toEqual([]);
  });

  test('has an endpoint of the routing mesh on each host, which is not stale', () => {
    // From a swarm of five nodes with a published service.
    const mesh = {
      id: 'ingress-sbox',
      name: 'ingress-endpoint',
      endpointId: '6f00b95517f3f28432f4cf241c4ed0f7656acb23bf8cbc49b57326a42a9117e6',
      address: '10.0.9.7',
      mac: '02:42:0a:00:09:07',
      local: true,
    };
    const end = {
      networkId: NETWORK_ID,
      name: mesh.name,
      endpointId: mesh.endpointId,
      address: mesh.address,
      hostAddress: '192.168.99.101',
      askedHost: 'master-host',
    };
    const found = (containers: readonly (typeof mesh)[]) =>
      diagnose(swarmOf({ ends: [end], networks: [{ ...network, containers }] }));
    expect(found([mesh])).toEqual([]);
    // A removed container whose endpoint its engine still has.
    expect(found([{ ...mesh, id: '96407f39b7d6'.repeat(6).slice(0, 64) }])).toMatchObject([
      { code: 'endpoint-stale', where: { host: worker } },
    ]);
  });

  test.each([
    ['is to stop', { stopping: ['id-of-mysqlserver'] }],
    ['was stopped in between', { later: [] }],
  ])('is not queried for the endpoint of a container that %s', (_, parts) => {
    const { hosts, names, application } = swarmOf();
    const lost = {
      network: 'my-net',
      networkId: NETWORK_ID,
      from: { host: 'master-host', container: 'tomcat-app', address: '10.0.9.2' },
      to: { host: worker, container: 'mysqlserver', address: '10.0.9.4' },
      protocol: 'icmp',
      size: 84,
      arrived: false,
      answered: false,
      answeredFrom: undefined,
      error: undefined,
      milliseconds: undefined,
      sightings: [],
    } as const;
    const nothing = { hostTrials: [], gossip: [], managers: [], tunnels: [], isolation: [] };
    const rest = { checksumErrors: [], pairs: { all: 2, probed: 2 }, untried: [] };
    const unentered = [{ host: worker, container: 'mysqlserver', why: 'no namespace' }];
    const view = withValue({ ...nothing, ...rest, trials: [lost], unentered });
    const leaving = hosts.map((host) =>
      host.name === worker && 'value' in host.engine
        ? { ...host, engine: withValue({ ...host.engine.value, ...parts }) }
        : host,
    );
    expect(endpointsOf({ hosts }).map(({ container }) => container)).toContain('mysqlserver');
    expect(endpointsOf({ hosts: leaving }).map(({ container }) => container)).toEqual([
      'tomcat-app',
    ]);
    expect(
      knownEndpoints({ ...swarmOf(), hosts: leaving }).map(({ address }) => address),
    ).toContain('10.0.9.4');
    expect(leaveOutLeaving({ names, paths: view, application }, hosts).paths).toBe(view);
    const port = {
      host: worker,
      container: 'mysqlserver',
      address: '192.168.99.101:3306',
      containerPort: '3306/tcp',
      from: 'master-host',
      error: 'ECONNREFUSED',
      isListening: undefined,
    };
    const ports = withValue({ ports: [port], answer: undefined });
    expect(leaveOutLeaving({ names, paths: view, application: ports }, hosts).application).toBe(
      ports,
    );
    expect(leaveOutLeaving({ names, paths: view, application: ports }, leaving)).toMatchObject({
      paths: { value: { trials: [], unentered: [] } },
      application: { value: { ports: [] } },
    });
  });

  test('does not distinguish its nodes by their hostnames', () => {
    expect(diagnose(swarmOf({ info: { name: 'master-host' } }))).toEqual([]);
  });
});
