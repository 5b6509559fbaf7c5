import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../../helpers/check/audit.ts';
import type { Comparison } from '../../../../../helpers/check/model/comparison.ts';
import { containersInPlace } from '../../../../../helpers/check/compare/engines/containers-in-place.ts';
import { kernelForwarding } from '../../../../../helpers/check/compare/kernel/forwarding.ts';
import { kernelStaleEntries } from '../../../../../helpers/check/compare/kernel/stale-entries.ts';
import { kernelNeighbors } from '../../../../../helpers/check/compare/kernel/neighbors.ts';
import type { Difference } from '../../../../../helpers/check/model/difference.ts';
import type { Diagnosis } from '../../../../../helpers/check/model/diagnosis.ts';
import { diagnoseDifferences } from '../../../../../helpers/check/diagnose/diagnose.ts';
import type { Observation } from '../../../../../helpers/check/model/observation.ts';
import { withValue, withoutValue } from '../../../../../helpers/check/model/observed.ts';
import {
  type Changes,
  container,
  half,
  learnt,
  MASTER,
  MYSQL,
  NAMESPACE,
  neighbour,
  NETWORK_ID,
  type Tables,
  trial,
  twoHosts,
  whole,
  WORKER,
  written,
} from './two-hosts.ts';
import { overlayOf } from '../../observation.ts';

const tableChecks = [kernelForwarding, kernelNeighbors, kernelStaleEntries];

function differencesOf(observation: Observation, comparisons: readonly Comparison[] = tableChecks) {
  return comparisons.flatMap(({ compare }) => {
    const outcome = compare(observation);
    return outcome.state === 'failed' ? outcome.differences : [];
  });
}

function diagnose(changes: Changes): readonly Diagnosis[] {
  const observation = twoHosts(changes);
  return diagnoseDifferences(differencesOf(observation), observation);
}

/** Returns the findings about tables, and about containers that run elsewhere or not at all. */
function diagnoseContainers(observation: Observation): readonly Diagnosis[] {
  return diagnoseDifferences(
    differencesOf(observation, [containersInPlace, ...tableChecks]),
    observation,
  );
}

function codesOf(changes: Changes): string[] {
  return diagnose(changes).map(({ code }) => code);
}

const neighbours = whole.neighbours ?? [];
const forwarding = whole.forwarding ?? [];
/** Unused addresses. */
const gone = { address: '10.0.9.99', mac: '02:42:0a:00:09:63' };

const astray = (parts: object) => ({
  forwarding: [{ ...written(MYSQL.mac, WORKER), ...parts }],
  neighbours,
});

describe('Kernel tables and the containers of engines', () => {
  test('match if each container of the other host has its entries, with all entries as evidence', () => {
    const outcomes = tableChecks.map(({ compare }) => compare(twoHosts()));
    expect(outcomes).toEqual([
      {
        state: 'passed',
        evidence: [
          `master-host, my-net: ${MYSQL.mac} (mysqlserver) to ${WORKER}`,
          `worker-host, my-net: 02:42:0a:00:09:02 (tomcat-app) to ${MASTER}`,
        ],
      },
      { state: 'passed', evidence: expect.anything() },
      { state: 'passed', evidence: ['master-host, my-net', 'worker-host, my-net'] },
    ]);
  });

  test('are not compared if a kernel could not be read, unless another one has a difference', () => {
    const [master, worker] = twoHosts().hosts;
    if (master === undefined || worker === undefined) throw new Error('two hosts expected');
    const blind = { ...worker, kernel: withoutValue('no probe') };
    const observation = (one: typeof master) => ({ ...twoHosts(), hosts: [one, blind] });
    expect(kernelForwarding.compare(observation(master))).toEqual({
      state: 'skipped',
      reason: 'kernel of worker-host: no probe',
      because: 'failed',
    });
    const [empty] = twoHosts({ master: { neighbours } }).hosts;
    expect(kernelForwarding.compare(observation(empty ?? master)).state).toBe('failed');
  });

  test.each([
    ['nothing', [], null],
    ['the half of the bridge', [half(MYSQL.mac)], { mac: MYSQL.mac, master: 'br0' }],
    [
      'the half that a packet taught',
      [half(MYSQL.mac), learnt(MYSQL.mac, WORKER)],
      { mac: MYSQL.mac, dst: WORKER, state: 'learnt' },
    ],
  ])('differ if %s is the only part of a forwarding entry: it is missing', (_, left, observed) => {
    const [diagnosis, ...more] = diagnose({ master: { forwarding: left, neighbours } });
    expect(more).toEqual([]);
    expect(diagnosis).toMatchObject({
      code: 'forwarding-entry-missing',
      where: {
        host: 'master-host',
        peer: 'worker-host',
        network: 'my-net',
        container: 'mysqlserver',
      },
      evidence: [{ expected: { mac: MYSQL.mac, dst: WORKER, state: 'permanent' }, observed }],
      action: {
        host: 'master-host',
        commands: [
          `nsenter --net=${NAMESPACE} bridge fdb replace ${MYSQL.mac} dev vxlan0 dst ${WORKER} self permanent`.split(
            ' ',
          ),
        ],
        restores: {
          networkId: NETWORK_ID,
          commands: [
            [
              'bridge',
              'fdb',
              'replace',
              MYSQL.mac,
              'dev',
              'vxlan0',
              'dst',
              WORKER,
              'self',
              'permanent',
            ],
          ],
        },
      },
    });
  });

  test('differ if an entry points to another host; to the former host of a container, it is stale', () => {
    const master = { forwarding: [written(MYSQL.mac, MASTER)], neighbours };
    const stopped = container('mysqlserver', MYSQL, {
      id: 'old',
      status: 'exited',
      running: false,
      pid: 0,
    });
    expect(codesOf({ master })).toEqual(['forwarding-entry-wrong']);
    expect(codesOf({ master, engine: { containers: [stopped] } })).toEqual([
      'forwarding-entry-stale',
    ]);
    expect(codesOf({ engine: { containers: [stopped] } })).toEqual([]);
  });

  test('differ if an entry has another port or another VNI', () => {
    expect(codesOf({ master: astray({ port: 4789, vni: 256 }) })).toEqual([]);
    expect(diagnose({ master: astray({ port: 8472 }) })).toMatchObject([
      {
        code: 'forwarding-entry-wrong',
        summary: `master-host forwards traffic for mysqlserver (${MYSQL.mac}) in my-net to port 8472 of ${WORKER} (worker-host)`,
      },
    ]);
    expect(codesOf({ master: astray({ vni: 999 }) })).toEqual(['forwarding-entry-wrong']);
  });

  test('differ if a neighbor entry is missing or has another MAC address, each with a fix', () => {
    const [missing] = diagnose({ master: { forwarding } });
    const [wrong] = diagnose({
      master: { forwarding, neighbours: [neighbour(MYSQL.address, gone.mac)] },
    });
    const command = `nsenter --net=${NAMESPACE} ip neigh replace ${MYSQL.address} lladdr ${MYSQL.mac} dev vxlan0 nud permanent`;
    expect(missing).toMatchObject({
      code: 'neighbour-missing',
      action: { commands: [command.split(' ')] },
    });
    expect(wrong).toMatchObject({
      code: 'neighbour-wrong',
      action: { commands: [command.split(' ')] },
    });
  });
});

describe('A host without entries for a container', () => {
  const both = ['forwarding-entry-missing', 'neighbour-missing'];
  const nothing = {};

  test('is correct in a key-value cluster before the first packet, but not after a lost one', () => {
    expect(codesOf({ master: nothing, later: nothing })).toEqual([]);
    expect(codesOf({ master: nothing, later: whole, trials: [trial(true)] })).toEqual([]);
    expect(codesOf({ master: nothing, later: whole, trials: [trial(false)] })).toEqual([]);
    expect(codesOf({ master: nothing, later: nothing, trials: [trial(false)] })).toEqual(both);
  });

  test('has a finding if only half of the entries is missing, regardless of the probes', () => {
    const come = { forwarding: [learnt(MYSQL.mac, WORKER)], neighbours };
    expect(codesOf({ master: nothing, later: come, trials: [trial(true)] })).toEqual([
      'forwarding-entry-missing',
    ]);
    expect(codesOf({ master: nothing, later: { forwarding } })).toEqual(['neighbour-missing']);
  });

  test('has a finding in a swarm, unless the entries were only late', () => {
    const kind = 'swarm-mode';
    expect(codesOf({ kind, master: nothing })).toEqual(both);
    expect(codesOf({ kind, master: nothing, later: nothing })).toEqual(both);
    expect(codesOf({ kind, master: nothing, later: whole })).toEqual([]);
  });

  test('has no finding where no container of the network runs', () => {
    const outside = container('tomcat-app', MYSQL, { networks: {} });
    const { hosts, ...rest } = twoHosts({ kind: 'swarm-mode', master: nothing });
    const [master, worker] = hosts;
    if (master === undefined || worker === undefined) throw new Error('two hosts expected');
    const engine = 'value' in master.engine ? master.engine.value : undefined;
    if (engine === undefined) throw new Error('an engine expected');
    const without = { ...master, engine: withValue({ ...engine, containers: [outside] }) };
    expect(kernelForwarding.compare({ ...rest, hosts: [without, worker] }).state).not.toBe(
      'failed',
    );
  });
});

describe('Entries of a removed container', () => {
  const left = {
    forwarding: [...forwarding, written(gone.mac, WORKER)],
    neighbours: [...neighbours, neighbour(gone.address, gone.mac)],
  };

  test('are one finding with a fix that deletes both', () => {
    const [stale, ...more] = diagnose({ master: left, later: left });
    expect(more).toEqual([]);
    expect(stale).toMatchObject({
      code: 'forwarding-entry-stale',
      where: { host: 'master-host', peer: 'worker-host', network: 'my-net' },
      evidence: [{ kind: 'forwarding-stale' }, { kind: 'neighbour-stale' }],
      action: {
        commands: [
          `nsenter --net=${NAMESPACE} bridge fdb del ${gone.mac} dev vxlan0 dst ${WORKER} self`.split(
            ' ',
          ),
          `nsenter --net=${NAMESPACE} ip neigh del ${gone.address} dev vxlan0`.split(' '),
        ],
        restores: { commands: [{ length: 9 }, { length: 6 }] },
      },
    });
  });

  test('are no finding if they are gone at the second observation', () => {
    expect(codesOf({ master: left, later: whole })).toEqual([]);
  });

  test("are no finding if an engine, the store or the swarm's own endpoints have them", () => {
    const Containers = {
      'lb-my-net': {
        Name: 'my-net-endpoint',
        IPv4Address: `${gone.address}/24`,
        MacAddress: gone.mac,
      },
    };
    const networks = [overlayOf('my-net', NETWORK_ID, '10.0.9.0/24', { raw: { Containers } })];
    expect(codesOf({ master: left, engine: { networks } })).toEqual([]);
  });

  test('are no finding if a host that was not examined may have the container', () => {
    const elsewhere = { ...left, forwarding: [...forwarding, written(gone.mac, '192.168.99.150')] };
    expect(codesOf({ master: elsewhere, rest: { isComplete: false } })).toEqual([]);
    expect(codesOf({ master: elsewhere })).toEqual(['forwarding-entry-stale']);
  });

  test('are no finding while a member of the gossip was not examined, even with complete: true', () => {
    const elsewhere = { ...left, forwarding: [...forwarding, written(gone.mac, '192.168.99.150')] };
    const observation = twoHosts({ master: elsewhere });
    const members = [{ name: 'third-host', address: '192.168.99.150', state: 'alive' as const }];
    const hosts = observation.hosts.map((host) => ({
      ...host,
      gossip: withValue({ isThere: true, members }),
    }));
    const partly = { ...observation, hosts };
    expect(diagnoseDifferences(differencesOf(partly), partly)).toEqual([]);
  });

  test('are no finding if they point to their own host, as engines of Docker 20.10 write them', () => {
    const own = [written('02:42:0a:00:09:02', MASTER), written(gone.mac, MASTER)];
    const itself = { ...left, forwarding: [...forwarding, ...own] };
    expect(codesOf({ master: itself })).toEqual([]);
    const elsewhere = { forwarding: [written(MYSQL.mac, MASTER)], neighbours };
    expect(codesOf({ master: elsewhere })).toEqual(['forwarding-entry-wrong']);
  });

  test('are a finding for a container that has moved to this host', () => {
    const moved = { ...whole, forwarding: [...forwarding, written('02:42:0a:00:09:02', WORKER)] };
    expect(diagnose({ master: moved })).toMatchObject([
      { code: 'forwarding-entry-stale', where: { host: 'master-host', container: 'tomcat-app' } },
    ]);
  });
});

describe('Entries of a container that has left its host', () => {
  const entry = {
    forwarding: [written(gone.mac, WORKER)],
    neighbours: [neighbour(gone.address, gone.mac)],
  };
  const another = { address: '10.0.9.98', mac: '02:42:0a:00:09:62' };
  const leaver = { name: 'leaver', host: 'worker-host', network: 'my-net' };
  const outcome = (more: Tables, changes: Changes = {}) => {
    const master = {
      forwarding: [...forwarding, ...(more.forwarding ?? [])],
      neighbours: [...neighbours, ...(more.neighbours ?? [])],
    };
    const rest = { expectations: { containers: [leaver] } };
    const observation = twoHosts({ master, later: master, rest, ...changes });
    return diagnoseContainers(observation).map(({ code, consequences }) => [
      code,
      ...consequences.map(({ kind }) => kind),
    ]);
  };
  const entries = ['forwarding-stale', 'neighbour-stale'];
  const stale = ['forwarding-entry-stale'];

  test('are consequences if it is down or runs elsewhere', () => {
    expect(outcome(entry)).toEqual([['container-down', ...entries]]);
    const moved = container('leaver', another);
    expect(outcome(entry, { engine: { containers: [moved] } })).toEqual([
      ['container-misplaced', ...entries],
    ]);
  });

  test('are a finding if they point to a host on which the container never was', () => {
    const elsewhere = { forwarding: [written(gone.mac, '192.168.99.150')] };
    expect(outcome(elsewhere)).toEqual([['container-down'], stale]);
  });

  test('are a finding if they belong to more containers than have left', () => {
    const more = {
      ...entry,
      forwarding: [written(gone.mac, WORKER), written(another.mac, WORKER)],
    };
    expect(outcome(more)).toEqual([['container-down'], stale, stale]);
  });

  test('are wrong instead of stale if a container on another host has the address', () => {
    const tenant = container('tenant', gone);
    // On the host itself, which sends traffic for its own container away.
    expect(outcome(entry, { engine: { containers: [tenant] } })).toEqual([
      ['container-down'],
      stale,
    ]);
    // On another host.
    const { hosts, ...rest } = twoHosts({
      master: {
        forwarding: [...forwarding, written(gone.mac, MASTER)],
        neighbours: [...neighbours, neighbour(gone.address, gone.mac)],
      },
      rest: { expectations: { containers: [leaver] } },
    });
    const [master, worker] = hosts;
    if (worker === undefined || master === undefined || 'missing' in worker.engine)
      throw new Error('two hosts expected');
    const containers = [...worker.engine.value.containers, tenant];
    const taken = { ...worker, engine: withValue({ ...worker.engine.value, containers }) };
    const found = diagnoseContainers({ ...rest, hosts: [master, taken] });
    expect(found.map(({ code }) => code)).toEqual(['container-down', 'forwarding-entry-wrong']);
  });
});

function lost(from: string, sender: string, peer: string, towards: string): Difference {
  return {
    kind: 'container-path-dead',
    where: { host: from, container: sender, peer, towards, network: 'my-net' },
    expected: { icmp: 'answered' },
    observed: { outcomes: { icmp: 'arrived' }, lastSeen: null, errors: [] },
    text: `${sender} does not reach ${towards}`,
  };
}

describe('Consequences of an entry', () => {
  test('that points to another host include the correct tunnel: its probe uses this MAC address', () => {
    const tunnel: Difference = {
      kind: 'tunnel-dead',
      where: { host: 'worker-host', peer: 'master-host', network: 'my-net' },
      expected: { reachedNic: true, letIn: true, cameOut: true },
      observed: { reachedNic: false, letIn: false, cameOut: false, error: undefined },
      text: 'it was not decapsulated',
    };
    const find = (master: NonNullable<Changes['master']>) => {
      const observation = twoHosts({ master });
      return diagnoseDifferences([...differencesOf(observation), tunnel], observation);
    };
    expect(find({ forwarding: [written(MYSQL.mac, MASTER)], neighbours })).toMatchObject([
      { code: 'forwarding-entry-wrong', consequences: [tunnel] },
    ]);
    expect(find({ neighbours })[0]?.consequences).toEqual([]);
  });

  test('that points to its own host are the containers that it cannot reach, and reflected packets', () => {
    const TOMCAT_MAC = '02:42:0a:00:09:02';
    const toItself = [written(MYSQL.mac, MASTER)];
    const find = (more: readonly ReturnType<typeof half>[]) => {
      const master = { forwarding: toItself, neighbours };
      const later = { forwarding: [...toItself, ...more], neighbours };
      const observation = twoHosts({ master, later });
      const other = lost('worker-host', 'another', 'master-host', 'tomcat-app');
      return diagnoseDifferences([...differencesOf(observation), other], observation);
    };
    // As a third host had it: the address of a local container, learned from a packet that came from the host itself.
    expect(find([half(TOMCAT_MAC), learnt(TOMCAT_MAC, '127.0.0.1')])).toMatchObject([
      { code: 'forwarding-entry-wrong', consequences: [{ kind: 'container-path-dead' }] },
    ]);
    expect(find([])).toMatchObject([
      { code: 'forwarding-entry-wrong', consequences: [] },
      { code: 'unexplained' },
    ]);
  });

  test('are all paths between this host and this container, in both directions, and no others', () => {
    const observation = twoHosts({ master: { neighbours } });
    const there = lost('master-host', 'tomcat-app', 'worker-host', 'mysqlserver');
    const back = lost('worker-host', 'mysqlserver', 'master-host', 'tomcat-app');
    const other = lost('worker-host', 'another', 'master-host', 'tomcat-app');
    const found = diagnoseDifferences(
      [...differencesOf(observation), there, back, other],
      observation,
    );
    expect(found).toMatchObject([
      { code: 'forwarding-entry-missing', consequences: [there, back] },
      { code: 'unexplained', evidence: [other] },
    ]);
  });

  test('include an application that cannot query its database, if the entry is on their path', () => {
    const application = { url: '', status: 200, body: '' };
    const fails = {
      kind: 'application-fails' as const,
      where: { container: 'tomcat-app' },
      expected: { status: 200 },
      observed: { status: 500, body: null, error: undefined },
      text: 'it answers 500',
    };
    const observed = (database: string) => {
      const expectations = {
        application: { ...application, container: 'tomcat-app', database },
      };
      const observation = twoHosts({ master: { neighbours }, rest: { expectations } });
      return diagnoseDifferences([...differencesOf(observation), fails], observation);
    };
    expect(observed('mysqlserver')).toMatchObject([{ consequences: [fails] }]);
    expect(observed('another')).toHaveLength(2);
  });
});

test('Two correct hosts pass every comparison of kernels and addresses', () => {
  const { comparisons } = diagnoseObservation(twoHosts());
  const own = comparisons.filter(
    // Without an encrypted network, no rule is known to compare.
    ({ layer, name }) =>
      (layer === 'kernel' || name === 'subnets-apart') && !name.startsWith('encryption-'),
  );
  expect(own.map(({ name, state }) => [name, state])).toEqual(
    own.map(({ name }) => [name, 'passed']),
  );
  expect(own).toHaveLength(12);
});
