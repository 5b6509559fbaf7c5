import { lineOf } from '../../../../helpers/check/model/command.ts';
import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import {
  withValue,
  withoutValue,
  type Observed,
} from '../../../../helpers/check/model/observed.ts';
import { containerOf, engineAt, keyValueCluster, NETWORK_ID, overlay } from '../healthy-cluster.ts';
import { kernelOf } from '../observation.ts';

/** Returns the findings for an observation: each with its location and the differences that are its consequences. */
function diagnose(observation: Observation) {
  const { diagnoses, verdict } = diagnoseObservation(observation);
  return {
    verdict,
    found: diagnoses.map(({ code, where }) => ({ code, where })),
    consequences: diagnoses.flatMap(({ consequences }) => consequences.map(({ kind }) => kind)),
    actions: diagnoses.map(({ action }) => lineOf(action?.commands ?? [])),
  };
}

const worker = 'worker-host';
const refused = withoutValue(
  'worker-host: docker info: connection to 192.168.99.102:2376 refused',
  'failed',
  'engine-stopped',
);
const knowsAlone = (address: string) =>
  withValue({
    isThere: true,
    members: [{ name: 'itself', address, state: 'alive' as const }],
  });

describe('A key-value cluster', () => {
  test('is healthy if engines, key-value store and gossip agree', () => {
    expect(diagnose(keyValueCluster())).toMatchObject({ verdict: 'healthy', found: [] });
  });

  test('is healthy if gossip remembers a dead member at the address of a new one', () => {
    const former = { name: 'former-host', address: '192.168.99.102', state: 'dead' as const };
    const { hosts } = keyValueCluster();
    const alive = hosts.map(({ name, address = '' }) => ({
      name,
      address,
      state: 'alive' as const,
    }));
    const remembers = (members: typeof alive) => ({
      hosts: {
        'master-host': { gossip: withValue({ isThere: true, members: [former, ...members] }) },
      },
    });
    expect(diagnose(keyValueCluster(remembers(alive)))).toMatchObject({ verdict: 'healthy' });
    const others = alive.filter(({ name }) => name !== worker);
    expect(diagnose(keyValueCluster(remembers(others)))).toMatchObject({ verdict: 'defects' });
  });

  test('with an engine that does not answer has this finding only', () => {
    const others = keyValueCluster().hosts;
    const lonely = withValue({
      isThere: true,
      members: others
        .filter(({ name }) => name !== worker)
        .map(({ name, address = '' }) => ({ name, address, state: 'alive' as const })),
    });
    const observation = keyValueCluster({
      hosts: {
        'worker-host': { engine: refused, pulse: 'silent', gossip: refused },
        'master-host': { gossip: lonely },
        'third-host': { gossip: lonely },
      },
    });
    expect(diagnose(observation)).toEqual({
      verdict: 'defects',
      found: [{ code: 'engine-unreachable', where: { host: worker } }],
      consequences: ['gossip-unaware', 'gossip-unaware'],
      actions: ['systemctl restart docker'],
    });
  });

  test.for([
    [
      'invalid',
      'docker info: the engine reports an invalid value: Swarm.NodeAddr',
      /which program answers/,
      undefined,
    ],
    [
      'silent',
      'the certificate of the engine at 10.0.0.2:2376 is not valid now',
      /regenerate-certs/,
      'certificate-expired',
    ],
  ] as const)(
    'with an engine that is %s (%s) has a next step in words',
    ([pulse, why, says, error]) => {
      const observation = keyValueCluster({
        hosts: {
          'worker-host': { engine: withoutValue(why, 'failed', error), pulse, gossip: refused },
        },
      });
      const [first] = diagnoseObservation(observation).diagnoses;
      expect(first).toMatchObject({ code: 'engine-unreachable', where: { host: worker } });
      expect(first?.action).toMatchObject({ kind: 'next-step', host: worker, commands: [] });
      expect(first?.action?.effect).toMatch(says);
    },
  );

  test('with an engine that hangs and a key-value store that answers has an unreachable store', () => {
    const hangs = withoutValue('worker-host: docker info: no answer after 15 s');
    const observation = keyValueCluster({
      hosts: { 'worker-host': { engine: hangs, pulse: 'hangs' } },
    });
    expect(diagnose(observation).found).toEqual([
      { code: 'keystore-unreachable', where: { host: worker } },
    ]);
  });

  test('with an unreachable key-value store has no missing networks', () => {
    const observation = keyValueCluster({
      hosts: Object.fromEntries(
        ['master-host', worker, 'third-host'].map((name) => [
          name,
          { engine: engineAt(name, { networks: [] }) },
        ]),
      ),
      rest: { store: withoutValue('GET http://192.168.99.100:8500: connect ECONNREFUSED') },
    });
    expect(diagnose(observation)).toMatchObject({
      found: [{ code: 'keystore-unreachable', where: {} }],
      consequences: ['network-missing'],
    });
  });

  test('whose store and engines hang has a next step on the host of the named store', () => {
    const namedStore = { kind: 'consul', address: '192.168.99.100', port: 8500 } as const;
    const engine = withoutValue('no answer after 10 s');
    const hanging = { engine, pulse: 'hangs' } as const;
    const observation = keyValueCluster({
      hosts: { 'master-host': hanging, [worker]: hanging, 'third-host': hanging },
      rest: { store: withoutValue('no answer in time'), namedStore },
    });
    expect(diagnoseObservation(observation).diagnoses).toMatchObject([
      {
        code: 'keystore-unreachable',
        action: {
          kind: 'next-step',
          host: '192.168.99.100',
          effect: expect.stringContaining('port 8500.'),
        },
      },
    ]);
  });

  test.for([
    ['paused', ['docker', 'unpause', 'consul']],
    ['exited', ['docker', 'start', 'consul']],
  ] as const)(
    'with its key-value store in a %s container of a host has a fix that starts the container',
    ([status, command]) => {
      const consul = {
        ...containerOf('consul', {}),
        status,
        hostConfig: { PortBindings: { '8500/tcp': [{ HostIp: '', HostPort: '8500' }] } },
      };
      const observation = keyValueCluster({
        hosts: {
          'master-host': {
            address: '192.168.99.100',
            engine: engineAt('master-host', { networks: [], containers: [consul] }),
          },
          [worker]: { engine: engineAt(worker, { networks: [] }) },
          'third-host': { engine: engineAt('third-host', { networks: [] }) },
        },
        rest: { store: withoutValue('GET http://192.168.99.100:8500: connect ECONNREFUSED') },
      });
      const { diagnoses } = diagnoseObservation(observation);
      const unreachable = diagnoses.find(({ code }) => code === 'keystore-unreachable');
      expect(unreachable?.action).toMatchObject({
        kind: 'fix',
        host: 'master-host',
        commands: [command],
      });
    },
  );

  test('with a key-value store that only this computer cannot reach is incomplete, not broken', () => {
    const observation = keyValueCluster({ rest: { store: withoutValue('no route to host') } });
    expect(diagnose(observation)).toMatchObject({ verdict: 'incomplete', found: [] });
  });

  test('with one host that cannot reach the key-value store has a finding for this host', () => {
    const store = { kind: 'consul', address: '192.168.99.100', port: 8500 } as const;
    const observation = keyValueCluster({
      hosts: {
        'worker-host': { reach: withValue({ store, error: 'ETIMEDOUT' }) },
        'third-host': { reach: withValue({ store, error: undefined }) },
      },
    });
    expect(diagnose(observation).found).toEqual([
      { code: 'keystore-unreachable', where: { host: worker } },
    ]);
  });

  test('with a store that lost its networks and endpoints has one finding for the wiped store', () => {
    const observation = keyValueCluster({
      store: { networks: [], endpoints: [], members: [] },
      hosts: Object.fromEntries(
        ['master-host', worker, 'third-host'].map((name) => [
          name,
          { engine: engineAt(name, { networks: [] }) },
        ]),
      ),
    });
    expect(diagnose(observation)).toMatchObject({
      found: [{ code: 'keystore-wiped', where: {} }],
      consequences: ['network-missing'],
      actions: ['docker network create --driver overlay --subnet=10.0.9.0/24 my-net'],
    });
  });

  test('with a store that lost one of several networks has a finding with this network', () => {
    const other = { id: 'other', name: 'other-net', driver: 'overlay', subnets: [], vnis: [] };
    const hosts = Object.fromEntries(
      ['master-host', worker, 'third-host'].map((name) => {
        const networks = [{ ...overlay, id: 'other', name: 'other-net', subnets: [] }];
        return [name, { engine: engineAt(name, { networks }) }];
      }),
    );
    const rest = { expectations: {} };
    expect(
      diagnose(keyValueCluster({ hosts, store: { networks: [other], endpoints: [] }, rest })).found,
    ).toEqual([{ code: 'keystore-wiped', where: { network: 'my-net' } }]);
  });

  test('with a store that lost one endpoint has a finding with this endpoint', () => {
    const observation = keyValueCluster();
    const ends = (seenIn(observation.store)?.endpoints ?? []).filter(
      ({ name }) => name !== 'mysqlserver',
    );
    expect(diagnose(keyValueCluster({ store: { endpoints: ends } }))).toMatchObject({
      found: [
        {
          code: 'keystore-wiped',
          where: { host: worker, network: 'my-net', container: 'mysqlserver' },
        },
      ],
      actions: ['docker restart mysqlserver'],
    });
  });

  test.each([
    ['without cluster-store', { clusterStore: undefined, clusterAdvertise: undefined }],
    ['with another store', { clusterStore: 'consul://192.168.99.200:8500' }],
    ['without cluster-advertise', { clusterAdvertise: undefined }],
    ['that advertises another address', { clusterAdvertise: '127.0.0.1:2376' }],
  ])('with an engine %s has a finding for this engine', (_, info) => {
    const observation = keyValueCluster({
      hosts: {
        'worker-host': {
          engine: engineAt(worker, { info, networks: [] }),
          gossip: withValue({ isThere: false, members: [] }),
        },
      },
    });
    expect(diagnose(observation)).toMatchObject({
      found: [{ code: 'engine-not-clustered', where: { host: worker } }],
      consequences: ['gossip-unaware', 'network-missing'],
    });
  });

  test('with an engine that is not in the key-value store has a finding for this engine', () => {
    const members = ['101', '103'].map((end) => ({ advertised: `192.168.99.${end}:2376` }));
    const { found, actions } = diagnose(keyValueCluster({ store: { members } }));
    expect(found).toEqual([{ code: 'engine-not-clustered', where: { host: worker } }]);
    expect(actions).toEqual(['systemctl restart docker']);
  });

  test('with an unknown member has a finding only if all hosts are examined', () => {
    const members = ['101', '102', '103', '250'].map((end) => ({
      advertised: `192.168.99.${end}:2376`,
    }));
    const whole = keyValueCluster({ store: { members } });
    expect(diagnose(whole).found).toEqual([{ code: 'engine-not-clustered', where: {} }]);
    expect(diagnose({ ...whole, isComplete: false })).toMatchObject({
      found: [],
      verdict: 'incomplete',
    });
  });

  test('has a stale endpoint of a removed member, even if only one host is examined', () => {
    const cluster = keyValueCluster();
    const { value: view } = cluster.store as Extract<typeof cluster.store, { value: unknown }>;
    const ghost = {
      id: 'end-of-ghost',
      networkId: NETWORK_ID,
      name: 'ghost',
      address: '10.0.9.9',
      mac: '02:42:0a:00:09:09',
      locator: '192.168.99.104',
    };
    const [first] = cluster.hosts;
    const alone = {
      ...cluster,
      expectations: {},
      isComplete: false,
      hosts: first === undefined ? [] : [first],
      store: withValue({ ...view, endpoints: [...view.endpoints, ghost] }),
    };
    expect(diagnose(alone).found).toEqual([
      { code: 'endpoint-stale', where: { network: 'my-net', container: 'ghost' } },
    ]);
  });

  test('with two hosts of the same name has this finding, with or without gossip', () => {
    const observation = keyValueCluster({
      hosts: {
        'worker-host': {
          engine: engineAt(worker, { info: { name: 'master-host' } }),
          gossip: withValue({ isThere: false, members: [] }),
        },
        'master-host': { gossip: knowsAlone('192.168.99.101') },
      },
    });
    expect(diagnose(observation)).toMatchObject({
      found: [{ code: 'duplicate-hostname', where: { host: worker, peer: 'master-host' } }],
      consequences: ['gossip-unaware', 'gossip-unaware', 'gossip-unaware'],
    });
  });

  test('with two engines with the same ID has this finding', () => {
    const observation = keyValueCluster({
      hosts: { 'worker-host': { engine: engineAt(worker, { info: { id: 'ID OF master-host' } }) } },
    });
    expect(diagnose(observation).found).toEqual([
      { code: 'duplicate-engine-id', where: { host: worker, peer: 'master-host' } },
    ]);
  });

  test('with isolated engines names the engine outside, if live probes found the paths open', () => {
    const gossip = ['master-host', 'third-host'].flatMap((other) =>
      [
        [worker, other],
        [other, worker],
      ].flatMap(([from = '', to = '']) =>
        (['tcp', 'udp'] as const).map((transport) => ({
          from,
          to,
          transport,
          answered: true,
          seen: undefined,
          arrived: true,
          letIn: true,
          error: undefined,
        })),
      ),
    );
    const nothing = {
      hostTrials: [],
      managers: [],
      tunnels: [],
      trials: [],
      isolation: [],
      checksumErrors: [],
      untried: [],
    };
    const paths = withValue({ ...nothing, gossip, pairs: { all: 0, probed: 0 } });
    const hosts = {
      'worker-host': { gossip: knowsAlone('192.168.99.102') },
      ...Object.fromEntries(
        ['master-host', 'third-host'].map((name) => [
          name,
          {
            gossip: withValue({
              isThere: true,
              members: ['101', '103'].map((end) => ({
                name: undefined,
                address: `192.168.99.${end}`,
                state: 'alive' as const,
              })),
            }),
          },
        ]),
      ),
    };
    expect(diagnose(keyValueCluster({ hosts, rest: { paths } })).found).toEqual([
      { code: 'engine-not-clustered', where: { host: worker } },
    ]);
    expect(diagnose(keyValueCluster({ hosts })).found).toMatchObject([{ code: 'unexplained' }]);
  });

  test('without an expected network has a finding without a host', () => {
    const networks = [
      { name: 'my-net', subnet: '10.0.9.0/24' },
      { name: 'other-net', subnet: '10.0.29.0/24' },
    ];
    const { found, actions } = diagnose(keyValueCluster({ rest: { expectations: { networks } } }));
    expect(found).toEqual([{ code: 'network-missing', where: { network: 'other-net' } }]);
    expect(actions).toEqual([
      'docker network create --driver overlay --subnet=10.0.29.0/24 other-net',
    ]);
  });

  test.each([
    ['never', { networks: [], containers: [] }, 'worker-host has no network my-net'],
    ['late', { lateNetworks: [NETWORK_ID] }, 'worker-host listed the network my-net'],
  ])(
    'whose engine has stuck threads and lists a network %s has a finding with the threads',
    (_, parts, text) => {
      const found = (stuck: readonly string[]) => {
        const kernel = kernelOf({ engineThreads: { threads: 15, stuck } });
        const hosts = {
          'worker-host': { engine: engineAt(worker, parts), kernel },
        };
        return diagnoseObservation(keyValueCluster({ hosts })).diagnoses.flatMap(
          ({ code, summary, action }) =>
            code === 'network-missing'
              ? [{ summary, command: lineOf(action?.commands ?? []) }]
              : [],
        );
      };
      expect(found(['71', '72', '80'])).toMatchObject([{ command: 'systemctl restart docker' }]);
      expect(found(['71', '72', '80'])[0]?.summary).toMatch(
        new RegExp(
          `^${text} .*; 3 of 15 threads of its engine are stuck in deleted network namespaces$`,
        ),
      );
      // A network that is only listed late may have been created in between.
      expect(found([])).toHaveLength('lateNetworks' in parts ? 0 : 1);
    },
  );

  test('with one host that lacks a network has a finding for this host', () => {
    const hosts = { 'worker-host': { engine: engineAt(worker, { networks: [], containers: [] }) } };
    const rest = { expectations: {} };
    const ends: never[] = [];
    expect(diagnose(keyValueCluster({ hosts, rest })).found).toMatchObject([
      { code: 'network-missing', where: { host: worker, network: 'my-net' } },
      { code: 'endpoint-stale' },
    ]);
    const { found } = diagnose(
      keyValueCluster({
        hosts: Object.fromEntries(
          ['master-host', 'third-host', worker].map((name) => [
            name,
            {
              engine: engineAt(name, {
                containers: [],
                ...(name === worker ? { networks: [] } : {}),
              }),
            },
          ]),
        ),
        store: { endpoints: ends },
        rest,
      }),
    );
    expect(found).toEqual([
      { code: 'network-missing', where: { host: worker, network: 'my-net' } },
    ]);
  });

  test.each([
    [
      'a bridge network next to the overlay network',
      [overlay, { ...overlay, id: 'local', driver: 'bridge', scope: 'local' as const }],
    ],
    ['another subnet', [{ ...overlay, subnets: ['10.0.99.0/24'] }]],
  ])('with a host on which my-net is %s has a finding for this host', (_, networks) => {
    const hosts = { 'worker-host': { engine: engineAt(worker, { networks }) } };
    expect(diagnose(keyValueCluster({ hosts })).found).toEqual([
      { code: 'network-differs', where: { host: worker, network: 'my-net' } },
    ]);
  });

  test('with another subnet than expected has a finding without a host', () => {
    const networks = [{ name: 'my-net', subnet: '10.0.99.0/24' }];
    expect(diagnose(keyValueCluster({ rest: { expectations: { networks } } })).found).toEqual([
      { code: 'network-differs', where: { network: 'my-net' } },
    ]);
  });

  test('with an endpoint that no container has reports its name and who has its address now', () => {
    const stale = {
      id: 'end-of-ghost',
      networkId: NETWORK_ID,
      name: 'ghost',
      address: '10.0.9.3',
      mac: '02:42:0a:00:09:03',
      locator: '192.168.99.102',
    };
    const ends = [...(seenIn(keyValueCluster().store)?.endpoints ?? []), stale];
    const { diagnoses } = diagnoseObservation(keyValueCluster({ store: { endpoints: ends } }));
    expect(diagnoses).toMatchObject([
      {
        code: 'endpoint-stale',
        where: { host: worker, network: 'my-net', container: 'ghost' },
        summary: expect.stringContaining('10.0.9.3 is mysqlserver on worker-host'),
        action: { commands: [['docker', 'network', 'disconnect', '--force', 'my-net', 'ghost']] },
      },
    ]);
  });

  test('has no stale endpoint while the container is started', () => {
    const coming = containerOf('ghost', { status: 'created', running: false, networks: {} });
    const { containers } = engineAt(worker).value;
    const stale = {
      id: 'end-of-ghost',
      networkId: NETWORK_ID,
      name: 'ghost',
      address: '10.0.9.9',
      mac: '02:42:0a:00:09:09',
      locator: '192.168.99.102',
    };
    const ends = [...(seenIn(keyValueCluster().store)?.endpoints ?? []), stale];
    const hosts = {
      'worker-host': { engine: engineAt(worker, { containers: [...containers, coming] }) },
    };
    expect(diagnose(keyValueCluster({ hosts, store: { endpoints: ends } })).found).toEqual([]);
  });

  test.each([
    ['exited', 'docker start mysqlserver'],
    ['paused', 'docker unpause mysqlserver'],
    ['restarting', 'docker logs --tail 50 mysqlserver'],
  ] as const)('with a container that is %s has a finding for this container', (status, action) => {
    const down = containerOf('mysqlserver', {
      address: '10.0.9.3',
      status,
      running: status !== 'exited',
      ...(status === 'paused' ? {} : { networks: { 'my-net': { ...endless } } }),
    });
    const ends = (seenIn(keyValueCluster().store)?.endpoints ?? []).filter(
      ({ name }) => status === 'paused' || name !== 'mysqlserver',
    );
    const { found, actions } = diagnose(
      keyValueCluster({
        hosts: { 'worker-host': { engine: engineAt(worker, { containers: [down] }) } },
        store: { endpoints: ends },
      }),
    );
    expect(found).toEqual([
      { code: 'container-down', where: { host: worker, container: 'mysqlserver' } },
    ]);
    expect(actions).toEqual([action]);
  });
});

/** A container that was restarted seven times, last at this time. */
function flapping(startedAt: string): Observation {
  const one = containerOf('mysqlserver', { address: '10.0.9.3', restartCount: 7, startedAt });
  const info = { systemTime: '2026-11-27T18:30:00.000000000Z' };
  return keyValueCluster({
    hosts: { 'worker-host': { engine: engineAt(worker, { info, containers: [one] }) } },
  });
}

describe('A container that its engine restarts repeatedly', () => {
  test('is down even at a moment when it runs', () => {
    expect(diagnose(flapping('2026-11-27T18:29:59.1Z')).found).toEqual([
      { code: 'container-down', where: { host: worker, container: 'mysqlserver' } },
    ]);
  });

  test('is not down if it has run for a while since', () => {
    expect(diagnose(flapping('2026-11-27T18:29:00Z')).found).toEqual([]);
  });
});

describe('A container that exits when it starts, observed in its first moment', () => {
  // From a cluster with this defect: at 21:25:39.7, its engine reported it as running, for the second time.
  const first = containerOf('mysqlserver', {
    address: '10.0.9.3',
    restartCount: 1,
    startedAt: '2026-11-27T18:30:00.69Z',
  });
  const again = { ...first, status: 'restarting', restartCount: 3 } as const;
  const info = { systemTime: '2026-11-27T18:29:59.82Z' };
  const { endpoints: ends = [] } = seenIn(keyValueCluster().store) ?? {};
  const endBefore = ends.map((end) =>
    end.name === 'mysqlserver' ? { ...end, id: 'previous endpoint' } : end,
  );
  const found = (later: readonly (typeof first)[] | undefined) =>
    diagnose(
      keyValueCluster({
        hosts: {
          'worker-host': { engine: engineAt(worker, { info, containers: [first], later }) },
        },
        store: { endpoints: endBefore },
      }),
    ).found;

  test('is down if it has exited by the end of the check, and its stale endpoint is a consequence', () => {
    expect(found([again])).toEqual([
      { code: 'container-down', where: { host: worker, container: 'mysqlserver' } },
    ]);
  });

  test('is not down if it still runs: then its endpoint in the key-value store is wrong', () => {
    expect(found([first])).toMatchObject([{ code: 'keystore-wiped' }, { code: 'endpoint-stale' }]);
  });

  test('has no finding about its location if it was only restarted in between', () => {
    expect(found([{ ...first, startedAt: '2026-11-27T18:30:04Z' }])).toEqual([]);
  });
});

const endless = {
  networkId: NETWORK_ID,
  endpointId: '',
  address: '',
  prefixLength: 0,
  gateway: '',
  mac: '',
  aliases: [],
};

function seenIn<T>(part: Observed<T>): T | undefined {
  return 'value' in part ? part.value : undefined;
}
