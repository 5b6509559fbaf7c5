import { describe, expect, onTestFinished } from 'vitest';
import { lineOf } from '../../helpers/check/model/command.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import type { FaultPlan, FaultRequest } from '../../helpers/fault/fault.ts';
import { injectFault } from '../../helpers/fault/inject-fault.ts';
import { listFaults } from '../../helpers/fault/journal.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';
import { codeOf, inject, plan, startFault } from './run-fault.ts';

const test = labTest('seed');

/** A fault, and the observations that differ while it exists: true if that works. */
interface Case extends FaultRequest {
  /** Does not work with the fault. */
  readonly broken: (lab: DiagnosisLab) => Promise<boolean>;
  /** Works with the fault too: the fault breaks nothing else. */
  readonly intact?: (lab: DiagnosisLab) => Promise<boolean>;
}

/** Pings the address of one machine from another, outside of the overlay. */
function hostPing(from: string, to: 'master-host' | 'worker-host' | 'third-host') {
  return async (lab: DiagnosisLab) =>
    (await codeOf(lab, from, `ping -c 1 -W 2 ${lab.address(to)}`)) === 0;
}

/** Pings from tomcat-app on master-host to mysqlserver on worker-host, over the overlay. Asks only the first engine. */
async function overlayPing(lab: DiagnosisLab): Promise<boolean> {
  const database = lab.document.workload.find(({ container }) => container === 'mysqlserver');
  const tomcat = await lab.container('master-host', 'tomcat-app');
  return (await ping(tomcat, database?.address ?? '', { count: 1, wait: 2 })).received === 1;
}

/** Connects to the gossip port of worker-host. */
async function gossip(lab: DiagnosisLab): Promise<boolean> {
  const connect = `timeout 2 bash -c 'exec 3<>/dev/tcp/${lab.address('worker-host')}/7946'`;
  return (await codeOf(lab, 'master-host', connect)) === 0;
}

/** The engine answers within some seconds. */
function engineAnswers(machine: string) {
  return async (lab: DiagnosisLab) =>
    (await codeOf(lab, machine, 'timeout 5 docker version')) === 0;
}

/** The store answers within some seconds. */
async function storeAnswers(lab: DiagnosisLab): Promise<boolean> {
  return await lab.store.read('docker/nodes/').then(
    () => true,
    () => false,
  );
}

const cases: readonly Case[] = [
  {
    name: 'partition',
    machines: ['worker-host'],
    broken: hostPing('master-host', 'worker-host'),
    intact: hostPing('master-host', 'third-host'),
  },
  {
    name: 'partition-one-way',
    machines: ['master-host', 'worker-host'],
    broken: hostPing('worker-host', 'master-host'),
    intact: hostPing('worker-host', 'third-host'),
  },
  {
    name: 'gossip-blocked',
    machines: ['worker-host'],
    broken: gossip,
    intact: hostPing('master-host', 'worker-host'),
  },
  {
    name: 'vxlan-blocked',
    machines: ['worker-host'],
    broken: overlayPing,
    intact: gossip,
  },
  {
    name: 'packet-loss',
    machines: ['worker-host'],
    by: 100,
    broken: hostPing('worker-host', 'master-host'),
    intact: hostPing('master-host', 'third-host'),
  },
  {
    name: 'engine-stopped',
    machines: ['worker-host'],
    broken: engineAnswers('worker-host'),
    intact: hostPing('master-host', 'worker-host'),
  },
  {
    name: 'engine-killed',
    machines: ['worker-host'],
    broken: engineAnswers('worker-host'),
    intact: engineAnswers('master-host'),
  },
  {
    name: 'engine-paused',
    machines: ['worker-host'],
    broken: engineAnswers('worker-host'),
    intact: overlayPing,
  },
  {
    name: 'machine-killed',
    machines: ['worker-host'],
    broken: async ({ provider }) => (await provider.inspect('worker-host')).state === 'Running',
    intact: engineAnswers('master-host'),
  },
  { name: 'store-stopped', broken: storeAnswers, intact: overlayPing },
  { name: 'store-paused', broken: storeAnswers, intact: overlayPing },
];

describe('A fault', () => {
  test.for(cases)('$name has its effect and no other, and is undone', async (one, { lab }) => {
    const { broken, intact, ...request } = one;
    {
      await using _fault = await inject(lab, request);
      expect(await broken(lab)).toBe(false);
      expect((await intact?.(lab)) ?? true).toBe(true);
    }
    expect(await listFaults(lab.document.store)).toEqual([]);
    await lab.settle();
    const { diagnoses, verdict } = await lab.audit();
    expect(diagnoses).toEqual([]);
    expect(verdict).toBe('healthy');
  });

  test.for([
    { name: 'engine-restarted', of: 'cat /proc/$(cat /var/run/docker.pid)/stat | cut -d" " -f22' },
    { name: 'machine-rebooted', of: 'stat -c %Y /proc/1' },
  ] as const)('$name happens once', async ({ name, of }, { lab }) => {
    const read = async () =>
      (await lab.provider.run('worker-host', ['sh', '-c', of])).stdout.trim();
    const before = await read();
    {
      const request = { name, machines: ['worker-host'] };
      await using _fault = await inject(lab, request);
      expect(await read()).not.toBe(before);
    }
    await lab.settle();
    expect((await lab.audit()).diagnoses).toEqual([]);
  });

  test('is undone by another process after the command was killed', async ({ lab }) => {
    const command = startFault(lab, 'partition', 'worker-host', '--for', '600');
    await command.says('cannot reach each other, for 600 s');
    expect(await listFaults(lab.document.store)).toHaveLength(1);
    command.signal('SIGKILL', 'group');
    await command.ended;
    await waitFor(
      'the fault of a killed command: undone',
      async () => {
        const left = await listFaults(lab.document.store);
        return left.length === 0 ? done(undefined) : notYet(`${left.length} left`);
      },
      { limit: 60_000, every: 100 },
    );
    expect(await hostPing('master-host', 'worker-host')(lab)).toBe(true);
  });

  test('is undone by Ctrl-C', async ({ lab }) => {
    const command = startFault(lab, 'partition', 'worker-host', '--for', '600');
    await command.says('cannot reach each other, for 600 s');
    command.signal('SIGINT', 'group');
    expect(await command.ended).toMatchObject({ exitCode: 130 });
    expect(await listFaults(lab.document.store)).toEqual([]);
    expect(await hostPing('master-host', 'worker-host')(lab)).toBe(true);
  });

  test('ends by itself after its duration', async ({ lab }) => {
    const { exitCode, stdout } = await startFault(
      lab,
      'packet-loss',
      'worker-host',
      '--by=100',
      '--for=1',
    ).ended;
    expect(stdout).toBe(
      'worker-host loses 100 % of the packets from other machines, for 1 s\nUndone.\n',
    );
    expect(exitCode).toBe(0);
    expect(await hostPing('master-host', 'worker-host')(lab)).toBe(true);
  });

  test('that was injected in part only is undone', async ({ lab }) => {
    const whole = await plan(lab, { name: 'partition', machines: ['worker-host'] });
    const half: FaultPlan = {
      ...whole,
      inject: [...whole.inject, { do: 'run', machine: 'third-host', script: 'exit 7' }],
    };
    await expect(injectFault(lab.provider, half)).rejects.toThrow('exit code 7');
    expect(await hostPing('master-host', 'worker-host')(lab)).toBe(true);
    expect(await listFaults(lab.document.store)).toEqual([]);
  });

  test('that could not be undone is an error, and stays on record until it is', async ({ lab }) => {
    const { id, ...rest } = await plan(lab, { name: 'vxlan-blocked', machines: ['worker-host'] });
    const keep = `iptables -w -t raw -A OUTPUT -j fault-${id}`;
    const release = `iptables -w -t raw -D OUTPUT -j fault-${id}`;
    onTestFinished(async () => {
      await codeOf(lab, 'worker-host', release);
    });
    const fault = await injectFault(lab.provider, { id, ...rest });
    await lab.provider.run('worker-host', ['sh', '-c', keep]);
    await expect(fault[Symbol.asyncDispose]()).rejects.toThrow('exit code 1');
    expect(await listFaults(lab.document.store)).toMatchObject([{ id, name: 'vxlan-blocked' }]);
    await lab.provider.run('worker-host', ['sh', '-c', release]);
    await fault[Symbol.asyncDispose]();
    expect(await listFaults(lab.document.store)).toEqual([]);
    expect(await overlayPing(lab)).toBe(true);
  });

  test('whose effect ended before is undone', async ({ lab }) => {
    const fault = await inject(lab, { name: 'store-paused' });
    const end = 'docker unpause $(docker ps --quiet --filter status=paused)';
    await lab.provider.run('mh-keystore', ['sh', '-ec', end]);
    await fault[Symbol.asyncDispose]();
    expect(await listFaults(lab.document.store)).toEqual([]);
    expect(await storeAnswers(lab)).toBe(true);
  });

  test('is refused on a machine that overlay-e2e did not create', async ({ lab }) => {
    const whole = await plan(lab, { name: 'partition', machines: ['worker-host'] });
    const foreign: FaultPlan = {
      ...whole,
      inject: [{ do: 'run', machine: 'elsewhere', script: 'exit 0' }],
    };
    await expect(injectFault(lab.provider, foreign)).rejects.toThrow(
      'overlay-e2e did not create elsewhere',
    );
    expect(await listFaults(lab.document.store)).toEqual([]);
  });

  test('a power failure leaves containers that check explains, and its fix starts them', async ({
    lab,
  }) => {
    const { provider } = lab;
    await provider.kill('worker-host');
    await provider.start('worker-host');
    const { diagnoses } = await lab.audit();
    const finding = diagnoses.find(
      ({ code, where }) => code === 'container-down' && where.container === 'mysqlserver',
    );
    expect(finding?.action).toMatchObject({ kind: 'fix', host: 'worker-host' });
    const line = lineOf(finding?.action?.commands ?? []);
    expect(line).toContain('rm /var/lib/docker/network/files/local-kv.db');
    await provider.run('worker-host', ['sh', '-ec', line], { limit: 120_000 });
    await lab.settle();
    expect((await lab.audit()).diagnoses).toEqual([]);
  });
});
