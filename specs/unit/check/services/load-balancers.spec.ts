import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import type { BalancerTables } from '../../../../helpers/check/model/views/balancing-view.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withoutValue } from '../../../../helpers/check/model/observed.ts';
import { type Changes, front, mesh, records, swarmWithService, withTasks } from './swarm.ts';

const NAMES = ['kernels-balance', 'balancers-forward', 'virtual-services', 'real-servers'];

function diagnose(changes: Changes) {
  return diagnoseObservation(swarmWithService(changes)).diagnoses.map(
    ({ code, where, action, consequences }) => ({
      code,
      where,
      fix: [action?.host, lineOf(action?.commands ?? [])].filter(Boolean).join(': '),
      consequences: consequences.map(({ kind }) => kind),
    }),
  );
}

function statesOf(observation: Observation) {
  return Object.fromEntries(
    diagnoseObservation(observation)
      .comparisons.filter(({ name }) => NAMES.includes(name))
      .map((one) => [one.name, one.state === 'skipped' ? one.because : one.state]),
  );
}

function all<T>(state: T) {
  return Object.fromEntries(NAMES.map((name) => [name, state]));
}

const without = (part: Partial<BalancerTables>): Changes['front'] => [{ ...front, ...part }];
const atFront = { host: 'one', network: 'front', service: 'web' };
const inside = 'one: nsenter --net=/run/docker/netns/lb_2u548xul6';
const restart = 'one: systemctl restart docker';

function serversOf(...servers: readonly (readonly [address: string, weight: number])[]) {
  return without({
    virtualServices: [
      {
        mark: 0x103,
        servers: servers.map(([address, weight]) => ({ address, weight, forward: 'Masq' })),
      },
    ],
  });
}

describe('The load balancers of a service', () => {
  test('are healthy as recorded', () => {
    expect(diagnose({})).toEqual([]);
    expect(statesOf(swarmWithService())).toEqual(all('passed'));
  });

  test.each([
    [
      'the virtual address',
      { addresses: ['10.30.0.6'] },
      `${inside} ip address add 10.30.0.2/32 dev eth0`,
    ],
    [
      'the mark',
      { marks: [] },
      `${inside} iptables -t mangle -A INPUT -d 10.30.0.2/32 -j MARK --set-mark 0x103`,
    ],
    ['the virtual service', { virtualServices: [] }, restart],
    [
      'the source rule',
      { sources: [] },
      `${inside} iptables -t nat -A POSTROUTING -d 10.30.0.0/24 -m ipvs --ipvs -j SNAT --to-source 10.30.0.6`,
    ],
  ])('lack %s: one finding with the command that restores it', (_, part, fix) => {
    expect(diagnose({ front: without(part) })).toEqual([
      { code: 'service-vip-missing', where: atFront, fix, consequences: [] },
    ]);
  });

  test('that lose the namespace of a network are restored by a restart of the engine', () => {
    expect(diagnose({ front: [undefined] })).toEqual([
      { code: 'service-vip-missing', where: atFront, fix: restart, consequences: [] },
    ]);
  });

  test('lack the mark of a published port in the routing mesh', () => {
    const marks = mesh.marks.filter((rule) => rule.by === 'address' || rule.port !== 8080);
    expect(diagnose({ mesh: [{ ...mesh, marks }] })).toEqual([
      {
        code: 'service-vip-missing',
        where: { host: 'one', network: 'ingress', service: 'web' },
        fix: 'one: nsenter --net=/run/docker/netns/ingress_sbox iptables -t mangle -A PREROUTING -p tcp --dport 8080 -j MARK --set-mark 0x106',
        consequences: [],
      },
    ]);
  });

  test('need no source rule with direct routing, and no virtual address in the routing mesh', () => {
    const direct = front.virtualServices?.map(({ mark, servers }) => ({
      mark,
      servers: servers.map((server) => ({ ...server, forward: 'Route' })),
    }));
    expect(diagnose({ front: without({ sources: [], virtualServices: direct }) })).toEqual([]);
    expect(diagnose({ mesh: [{ ...mesh, addresses: [] }] })).toEqual([]);
  });

  test.each([
    ['lacks', serversOf(['10.30.0.3', 1])],
    ['has with the weight 0', serversOf(['10.30.0.3', 1], ['10.30.0.4', 0])],
  ])('that %s a running task are one finding', (_, changed) => {
    expect(diagnose({ front: changed })).toEqual([
      {
        code: 'service-backend-missing',
        where: atFront,
        fix: 'one: docker service update --force web',
        consequences: [],
      },
    ]);
  });

  test('that send connections to an address without a task are one finding', () => {
    expect(
      diagnose({ front: serversOf(['10.30.0.3', 1], ['10.30.0.4', 1], ['10.30.0.9', 1]) }),
    ).toEqual([{ code: 'service-backend-stale', where: atFront, fix: restart, consequences: [] }]);
  });

  test('may keep a task that is gone with the weight 0: it gets no connections', () => {
    expect(
      diagnose({ front: serversOf(['10.30.0.3', 1], ['10.30.0.4', 1], ['10.30.0.9', 0]) }),
    ).toEqual([]);
  });

  test('that forward no packets are one finding with the setting', () => {
    expect(diagnose({ front: without({ forwards: false }) })).toEqual([
      {
        code: 'load-balancer-forwarding-off',
        where: { host: 'one', network: 'front' },
        fix: `${inside} sysctl -w net.ipv4.ip_forward=1`,
        consequences: [],
      },
    ]);
  });

  test('in a kernel without IPVS are one finding, which causes the others there', () => {
    const lacking = { virtualServices: undefined, sources: [] };
    expect(
      diagnose({
        front: without({ ...lacking, forwards: false }),
        mesh: [{ ...mesh, ...lacking }],
      }),
    ).toEqual([
      {
        code: 'ipvs-missing',
        where: { host: 'one' },
        fix: 'one: modprobe --all ip_vs xt_ipvs && systemctl restart docker',
        consequences: ['balancer-forwarding-off'],
      },
    ]);
  });
});

describe('While a service changes, its load balancers', () => {
  const broken = { ...front, ...serversOf(['10.30.0.3', 1])?.[0] };

  test('count only if both reads show the same', () => {
    expect(diagnose({ front: [broken, front] })).toEqual([]);
    expect(diagnose({ front: [front, broken] })).toEqual([]);
    expect(
      diagnose({
        front: [
          { ...front, marks: [] },
          { ...front, addresses: [] },
        ],
      }),
    ).toEqual([]);
    expect(diagnose({ front: [{ ...front, forwards: false }, front] })).toEqual([]);
    expect(diagnose({ front: [{ ...front, virtualServices: undefined }, front] })).toEqual([]);
  });

  test.each([
    [
      'starts',
      {
        before: withTasks((tasks) =>
          tasks.map((one, at) => (at === 0 ? { ...one, state: 'starting' } : one)),
        ),
      },
    ],
    [
      'is to stop',
      {
        later: withTasks((tasks) =>
          tasks.map((one, at) => (at === 0 ? { ...one, desiredState: 'shutdown' } : one)),
        ),
      },
    ],
    ['is replaced', { later: withTasks((tasks) => tasks.slice(1)) }],
    [
      'gets another address',
      {
        later: withTasks((tasks) =>
          tasks.map((one, at) => (at === 0 ? { ...one, addressesById: {} } : one)),
        ),
      },
    ],
  ])('need not have a task that %s', (_, changes) => {
    expect(diagnose({ ...changes, front: [broken] })).toEqual([]);
    // They may still have it.
    expect(diagnose(changes)).toEqual([]);
  });

  test('must not have a task that ended before the check', () => {
    const finished = withTasks((tasks) =>
      tasks.map((one, at) =>
        at === 0 ? { ...one, state: 'shutdown', desiredState: 'shutdown' } : one,
      ),
    );
    expect(diagnose({ before: finished, later: finished })).toMatchObject([
      { code: 'service-backend-stale', where: { host: 'one', network: 'ingress' } },
      { code: 'service-backend-stale', where: { host: 'one', network: 'front' } },
      { code: 'service-backend-stale', where: { host: 'two', network: 'ingress' } },
      { code: 'service-backend-stale', where: { host: 'two', network: 'front' } },
    ]);
  });

  test('are not compared for a service that was created, removed or changed', () => {
    const changed = records.services.map((one) => ({
      ...one,
      virtualAddresses: { ...one.virtualAddresses, '2u548xul6whxp797ktwewbj0j': '10.30.0.77' },
    }));
    for (const services of [[], changed]) {
      expect(diagnose({ front: [broken], later: { ...records, services } })).toEqual([]);
      expect(diagnose({ front: [broken], before: { ...records, services } })).toEqual([]);
    }
  });
});

describe('Load balancers that are created or removed during the check', () => {
  test('are no finding', () => {
    expect(diagnose({ front: [undefined, front] })).toEqual([]);
    expect(diagnose({ front: [front, 'removed'] })).toEqual([]);
    expect(diagnose({ front: [{ ...front, marks: [] }, 'removed'] })).toEqual([]);
  });
});

describe('Load balancers that were not examined', () => {
  test('never count as correct', () => {
    const { hosts, ...rest } = swarmWithService();
    const blind = hosts.map((host, index) =>
      index === 0 ? { ...host, balancing: withoutValue('the probe has ended') } : host,
    );
    expect(statesOf({ ...rest, hosts: blind })).toEqual(all('failed'));
    expect(statesOf(swarmWithService({ kernels: 'unread' }))).toEqual(all('failed'));
    expect(statesOf(swarmWithService({ later: undefined }))).toEqual(all('failed'));
  });

  test('do not matter in a cluster without services', () => {
    const empty = { services: [], tasks: [] };
    expect(statesOf(swarmWithService({ before: empty, later: empty }))).toEqual(
      all('not-applicable'),
    );
  });
});
