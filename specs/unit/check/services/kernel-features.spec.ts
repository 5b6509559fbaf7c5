import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { notesOf } from '../../../../helpers/check/derive/notes.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import type { TaskFacts } from '../../../../helpers/docker/swarm/service-facts.ts';
import type { ServiceConnectionsView } from '../../../../helpers/check/model/views/service-connections-view.ts';
import { readOpenConnections } from '../../../../helpers/check/observe/services/balancer-files.ts';
import { runAgent } from '../probe/run-agent.ts';
import { type Changes, front, mesh, swarmWithService, withTasks } from './swarm.ts';

const WEB = '888ytlv5idtgvkqq8vb0doecd';

function diagnose(changes: Changes) {
  return diagnoseObservation(swarmWithService(changes)).diagnoses.map(
    ({ code, where, action, consequences }) => ({
      code,
      where,
      fix: `${action?.host}: ${lineOf(action?.commands ?? [])}`,
      consequences: consequences.map(({ kind }) => kind),
    }),
  );
}

const idle = { tcp: 900, udp: 300 };
function withTimeout(tcp: number): Changes {
  return {
    front: [{ ...front, idle: { ...idle, tcp } }],
    mesh: [{ ...mesh, idle: { ...idle, tcp } }],
  };
}

/** As recorded with engine 26.1.5, which was restarted without the module. */
function errorOf(gateway: string): string {
  return `starting container failed: container b9b5b5e31efc9a1e90411070b9b04e9edd0291c380424860f4dd68c13563f99d: endpoint create on GW Network failed: failed to create endpoint gateway_${gateway} on network docker_gwbridge: network 74c5b5ff80a5bdae33ec9df166781c35c4db821508957d91f856c11292d2c0ef does not exist`;
}

function keepingAlive(seconds: number): ServiceConnectionsView {
  return {
    connections: [],
    taskPorts: [],
    keepAlive: [{ serviceId: WEB, seconds }],
    blind: [],
    questions: { all: 0, asked: 0 },
  };
}

function failed(tasks: readonly TaskFacts[], gateway: string): TaskFacts[] {
  return tasks.slice(1).map((task) => ({
    ...task,
    id: gateway,
    state: 'failed',
    desiredState: 'shutdown',
    error: errorOf(gateway),
    addressesById: {},
  }));
}

function notes(open: readonly string[], seconds: number): string[] {
  return notesOf(
    swarmWithService({ front: [{ ...front, idle, open }], connections: keepingAlive(seconds) }),
  ).filter((note) => note.includes('idle'));
}

const unmatched: Changes = {
  front: [{ ...front, idle, sources: [] }],
  mesh: [{ ...mesh, idle, sources: [] }],
};

describe('A kernel without xt_ipvs', () => {
  const lacking = { matchesIpvs: false, filtersBridges: true };

  test('is one finding, which causes the missing rules', () => {
    expect(diagnose({ ...unmatched, kernel: [lacking] })).toEqual([
      {
        code: 'kernel-feature-missing',
        where: { host: 'one' },
        fix: 'one: modprobe xt_ipvs && systemctl restart docker',
        consequences: ['service-vip-missing', 'service-vip-missing'],
      },
    ]);
  });

  test.each<[string, Changes]>([
    ['the module is loaded', unmatched],
    [
      'it was loaded during the check',
      { ...unmatched, kernel: [lacking, { ...lacking, matchesIpvs: true }] },
    ],
    ['one load balancer has the rule', { front: unmatched.front, kernel: [lacking] }],
  ])('is not the finding if %s', (_, changes) => {
    expect(diagnose(changes).map(({ code }) => code)).not.toContain('kernel-feature-missing');
  });

  test('is healthy if the rule is there: the feature is part of the kernel', () => {
    expect(diagnose({ kernel: [lacking] })).toEqual([]);
  });
});

test('A kernel whose IPVS has no timeout for TCP does not balance it', () => {
  expect(diagnose(withTimeout(900))).toEqual([]);
  expect(diagnose(withTimeout(0))).toMatchObject([
    { code: 'kernel-feature-missing', where: { host: 'one' }, fix: 'one: ' },
  ]);
});

describe('A kernel without br_netfilter', () => {
  const lacking = { matchesIpvs: true, filtersBridges: false };
  const records = withTasks((tasks) => [...tasks, ...failed(tasks, '51e7c2e108cd')]);

  test('is one finding if tasks fail because of it', () => {
    expect(diagnose({ before: records, later: records, kernel: [lacking] })).toEqual([
      {
        code: 'kernel-feature-missing',
        where: { host: 'one' },
        fix: 'one: modprobe br_netfilter && systemctl restart docker',
        consequences: [],
      },
    ]);
  });

  test('is healthy if no task fails, and no cause of a failed task if it has the module', () => {
    expect(diagnose({ kernel: [lacking] })).toEqual([]);
    expect(diagnose({ before: records, later: records })).toEqual([]);
  });
});

describe('A note about idle connections', () => {
  test('has the command, if the containers keep connections alive too late', () => {
    expect(notes(['10.30.0.2'], 7200)).toEqual([
      'The load balancers forget connections to web that are idle for 900 s, and its containers keep them alive only after 7200 s. If clients lose connections: docker service update --sysctl-add net.ipv4.tcp_keepalive_time=600 web',
    ]);
  });

  test('is missing if no connection is open, or if they are kept alive in time', () => {
    expect(notes([], 7200)).toEqual([]);
    expect(notes(['10.30.0.2'], 600)).toEqual([]);
  });
});

test('Open connections through virtual addresses are read from the kernel', () => {
  const table = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP 0A1E0008 9C40 0A1E0002 0050 0A1E0004 0050 ESTABLISHED     897
TCP 0A1E0008 9C42 0A1E0007 0050 0A1E0009 0050 TIME_WAIT        97
UDP 0A1E0008 9C44 0A1E0005 0050 0A1E0009 0050 UDP             297
`;
  expect(readOpenConnections(table)).toEqual(['10.30.0.2']);
  expect(readOpenConnections('')).toEqual([]);
});

test('The agent reads the timeouts of IPVS, and nothing in a kernel without it', () => {
  const answer = runAgent(
    `my $answer; Ipvs::idle(sub { $answer = shift }, sub { die $_[0] }, 'host'); $answer`,
  );
  expect(JSON.stringify(answer)).toMatch(/^\{"tcp":(?:null|\d+),"udp":(?:null|\d+)\}$/);
});
