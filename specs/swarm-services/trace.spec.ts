import { describe } from 'vitest';
import type { TraceReport } from '../../helpers/check/model/trace.ts';
import type { TraceRequest } from '../../helpers/check/trace/resolve-ends.ts';
import { traceCluster } from '../../helpers/check/trace/trace-cluster.ts';
import { renderTrace } from '../../helpers/report/text/render-trace.ts';
import { topologyTarget } from '../../helpers/topology/target/audit-target.ts';
import { overlayCommand, startCommand } from '../topology/command.ts';
import { expect, machineNames, type ServicesLab, test } from './lab.ts';

describe('A trace through services', () => {
  test('from a task to a UDP service shows the reply of the chosen task', async ({ lab }) => {
    const report = await trace(lab, { from: 'tomcat-app.1', to: 'task-name', port: 7 });
    const text = textOf(report);
    expect(report.outcome, text).toBe('answered');
    const vip = await lab.service('task-name').vip('my-net');
    expect(report.to, text).toMatchObject({ service: 'task-name', address: vip });
    expect(report.server?.container, text).toMatch(/^task-name\.[12]\./);
    // The load balancer gives the reply the address of the service again.
    const last = report.hops.at(-1);
    expect(last, text).toMatchObject({ part: 'reply', kind: 'datagram', source: vip });
    expect(placesOf(report), text).toContain('load-balancer');
  });

  test('from a machine to the UDP port of another one passes the routing mesh', async ({ lab }) => {
    const report = await trace(lab, { from: 'master-host', to: 'spare-host', port: 7 });
    const text = textOf(report);
    expect(report.outcome, text).toBe('answered');
    expect(report.server?.container, text).toMatch(/^task-name\.[12]\./);
    expect(placesOf(report), text).toContain('mesh');
    const { address } = lab.machine('spare-host');
    expect(report.hops.at(-1), text).toMatchObject({ part: 'reply', source: address });
  });

  test('in the encrypted network shows ESP with the states of both machines', async ({ lab }) => {
    const { name } = await taskOn(lab, 'spare-host');
    const report = await trace(lab, { from: name, to: 'mysqlserver', port: 3306, protocol: 'tcp' });
    const text = textOf(report);
    expect(report, text).toMatchObject({ outcome: 'answered', isEncrypted: true });
    const between = report.hops.filter(({ kind }) => kind === 'esp');
    expect(
      new Set(between.map(({ place, direction }) => `${place.host} ${direction}`)),
      text,
    ).toEqual(new Set(['spare-host out', 'worker-host in', 'worker-host out', 'spare-host in']));
    const states = between.flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'state'));
    expect(states.length, text).toBeGreaterThanOrEqual(4);
    expect(
      states.filter(({ wrong }) => wrong !== undefined),
      text,
    ).toEqual([]);
    expect(
      report.hops.filter(
        ({ place, device, outer }) =>
          place.kind === 'host' && device !== 'input' && outer !== undefined,
      ),
      text,
    ).toEqual([]);
  });

  test('that Ctrl-C interrupts exits with 130, and leaves no probe', async ({ lab }) => {
    const before = await containersOf(lab);
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, MACHINE_STORAGE_PATH: lab.document.store };
    const words = [
      'trace',
      'tomcat-app.1',
      'mysqlserver:3306',
      '--network',
      'data-net',
      '--verbose',
    ];
    const command = startCommand(overlayCommand, words, env);
    await command.says('probe');
    command.signal('SIGINT', 'group');
    const { exitCode, stdout, stderr } = await command.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toContain('removing the probes');
    expect(await containersOf(lab)).toEqual(before);
  });
});

type Words = Pick<TraceRequest, 'from' | 'to' | 'port'> & Partial<TraceRequest>;

async function trace(lab: ServicesLab, words: Words): Promise<TraceReport> {
  const request = { protocol: 'udp', network: undefined, ...words } as const;
  const target = topologyTarget(
    lab.document,
    machineNames.map((name) => lab.machine(name)),
  );
  try {
    return await traceCluster(target, request, { limit: 120_000 });
  } finally {
    for (const { engine } of target.hosts) engine.close();
  }
}

function textOf(report: TraceReport): string {
  return renderTrace(report, { color: false, width: 100 });
}

function placesOf({ hops }: TraceReport): string[] {
  return hops.map(({ place }) => place.kind);
}

async function taskOn(lab: ServicesLab, machine: string) {
  const tasks = await lab.service('node-name').tasks();
  const task = tasks.find((one) => one.machine === machine);
  if (task === undefined) throw new Error(`a task on ${machine} expected`);
  const { name } = await task.container();
  return { name };
}

/** Returns the IDs of all containers of all machines, also of ended ones. */
async function containersOf(lab: ServicesLab): Promise<string[]> {
  const lists = await Promise.all(lab.hosts.map(async (engine) => await engine.containers.list()));
  return lists
    .flat()
    .map(({ id }) => id)
    .toSorted();
}
