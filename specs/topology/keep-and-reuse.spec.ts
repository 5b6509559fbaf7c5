import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createOverlay, waitForNetworkOn } from '../../helpers/cluster/overlay-network.ts';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { createNetnsProvider, type NetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { blockGossip } from '../faults/gossip-faults.ts';
import { breakCluster } from '../faults/fault.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { WaitTimeout } from '../../helpers/process/waits/wait-for.ts';
import { diagnoseFailure } from '../../helpers/topology/bring-up/diagnosed-failure.ts';
import { seed } from '../../helpers/topology/seed.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { overlayCommand, startCommand } from './command.ts';
import { killEngine } from './kill-engine.ts';
import {
  expect,
  expectNothingLeft,
  expectUntouched,
  type Lab,
  openLab,
  test as base,
} from './lab.ts';

interface Kept extends Lab {
  /** The output of up, with the current IDs of networks. */
  document: string;
  readonly provider: NetnsProvider;
}

/** A cluster of an earlier run, for all tests of this file. A test that breaks something restores it. */
const test = base.extend(
  'kept',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const lab = await openLab();
    onCleanup(() => lab.clear());
    const { exitCode, stdout, stderr } = await lab.run('up', '--until', 'network', '--json');
    expect(exitCode, stderr).toBe(0);
    return { ...lab, document: stdout, provider: createNetnsProvider({ store: lab.store }) };
  },
);

/** Returns the environment of a run on the kept cluster, and the folder of its report, which ends with the test. */
async function reusing({ env }: Lab, onTestFinished: (end: () => Promise<void>) => void) {
  const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-reports-'));
  onTestFinished(() => rm(reports, { recursive: true }));
  return { reports, env: { ...env, E2E_REUSE: '1', OVERLAY_E2E_REPORTS: reports } };
}

describe('npm run e2e', () => {
  test('with E2E_REUSE=1 runs its specs on the running cluster, and leaves it', async ({
    kept,
    onTestFinished,
  }) => {
    const { env } = await reusing(kept, onTestFinished);
    const before = await kept.traces();
    const words = ['run', 'e2e', '--', 'specs/seed/overlay-network.spec.ts'];
    const run = await startCommand('npm', words, env).ended;
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toMatch(/^\d+ passed, 0 failed$/m);
    await expectUntouched(kept, before);
  });

  test('runs its specs to the end even if its reader ends after the first line', async ({
    kept,
    onTestFinished,
  }) => {
    const { reports, env } = await reusing(kept, onTestFinished);
    const before = await kept.traces();
    const command = 'npm run e2e -- specs/seed/overlay-network.spec.ts';
    const script = `exec ${command} > >(head -n 1) 2>&1`;
    const { exitCode } = await startCommand('bash', ['-c', script], env).ended;
    expect(exitCode).toBe(0);
    const counts: unknown = JSON.parse(await readFile(join(reports, 'counts.json'), 'utf8'));
    expect(counts).toMatchObject({ failed: 0, ended: true });
    expect(counts).not.toMatchObject({ passed: 0 });
    await expectUntouched(kept, before);
  });
});

describe('check', () => {
  test('of a healthy cluster exits with 0 even if nothing reads its output', async ({ kept }) => {
    // A pipe whose reader has ended.
    const script = 'exec 4> >(exit); wait $!; exec "$0" check >&4 2>&4';
    await runCommand('bash', ['-c', script, overlayCommand], { env: kept.env });
  });
});

describe('--reuse', () => {
  test('uses the cluster of an earlier run, unchanged', async ({ kept }) => {
    const before = await kept.traces();
    const up = await kept.run('up', '--until', 'network', '--reuse', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stdout).toBe(kept.document);
    const forPeople = await kept.startWith({ E2E_REUSE: '1' }, 'up', '--until', 'cluster').ended;
    expect(forPeople.stdout).toMatch(/^seed is still up: provider netns, /);
    await expectUntouched(kept, before);
  });

  test('brings up a new one if none is running', async ({ lab }) => {
    const up = await lab.run('up', '--until', 'keystore', '--reuse');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stdout).toMatch(/^seed is up after [\d.]+ s: /);
  });

  test('rejects a cluster without a requested stage, and names its last stage', async ({
    kept,
  }) => {
    await expectDifference(kept, ['it only reaches the stage network'], 'workload');
  });

  test('rejects a cluster with a stopped engine, and names the machine', async ({ kept }) => {
    const service = async (action: string) =>
      await kept.provider.run('worker-host', ['service', 'docker', action]);
    await service('stop');
    try {
      await expectDifference(kept, [/^worker-host does not answer: .*refused/]);
    } finally {
      await service('start');
    }
  });

  test('rejects a cluster with a stopped or an additional machine, and names both', async ({
    kept,
    onTestFinished,
  }) => {
    onTestFinished(async () => {
      await kept.provider.remove(['stranger']);
      await kept.provider.start('worker-host');
    });
    await kept.provider.kill('worker-host');
    await kept.makeMachine('stranger');
    await expectDifference(kept, ['stranger is not in the topology', 'worker-host is Stopped']);
  });

  test('rejects a cluster whose hosts drop packets, with the diagnosis that explains a timeout', async ({
    kept,
  }) => {
    const { address: peer } = await kept.provider.inspect('master-host');
    const options = { peer, transports: ['tcp', 'udp'], direction: 'in' } as const;
    await using _broken = await breakCluster(blockGossip(kept.provider, 'worker-host', options));
    const before = await kept.traces();
    const up = await kept.run('up', '--until', 'network', '--reuse');
    expect({ exitCode: up.exitCode, stdout: up.stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(up.stderr).toMatch(
      /^overlay-e2e: reuse .*: the cluster does not work: gossip-blocked \(/m,
    );
    expect(up.stderr).toMatch(
      /^ +fix +on worker-host, as root: [\s\S]*^ +iptables -t filter -D INPUT /m,
    );
    await expectUntouched(kept, before);
    const waited = new WaitTimeout({ tried: 'network my-net', observed: 'timed out after 15 s' });
    const { signal } = new AbortController();
    const failure = await diagnoseFailure(waited, seed, kept.provider, signal);
    expect(failure).toMatchObject({
      line: waited.line,
      report: { diagnoses: [expect.objectContaining({ code: 'gossip-blocked' })] },
    });
  });

  test('rejects a cluster whose network was replaced, and names it', async ({
    kept,
    onTestFinished,
  }) => {
    onTestFinished(() => makeNetworkAgain(kept));
    await kept.provider.run('master-host', ['docker', 'network', 'rm', 'my-net']);
    await expectDifference(kept, [
      'master-host does not know the network my-net with its original ID',
      'worker-host does not know the network my-net with its original ID',
    ]);
  });

  test('tears down the remains of a killed run instead of reusing them', async ({ lab }) => {
    const up = lab.start('up', '--until', 'keystore', '--verbose');
    await up.says('machine mh-keystore: boot');
    await lab.kill(up);
    const again = await lab.run('up', '--until', 'keystore', '--reuse');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/^seed is up after /);
  });
});

describe('--keep', () => {
  test('leaves the remains of a failed up, and prints the command that tears them down', async ({
    lab,
  }) => {
    const up = lab.start('up', '--until', 'cluster', '--keep', '--verbose');
    await up.says('mh-keystore: docker run progrium/consul');
    killEngine(lab, 'mh-keystore');
    const { exitCode, stdout, stderr } = await up.ended;
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n').slice(-4)).toEqual([
      expect.stringMatching(/^overlay-e2e: mh-keystore: .*Start the engine/),
      `overlay-e2e: kept the machines in ${lab.store}`,
      expect.stringMatching(/^next: npx overlay-e2e check /),
      '      npx overlay-e2e down    tears it down',
    ]);
    const { namespaces } = await lab.traces();
    expect(namespaces.join('\n')).toMatch(/-mh-keystore$/m);
    const reuse = await lab.run('up', '--reuse');
    expect(reuse).toMatchObject({ exitCode: 1, stdout: '' });
    expect(reuse.stderr).toContain('no completed topology there');
    expect(await lab.run('down')).toMatchObject({ exitCode: 0 });
    await expectNothingLeft(lab);
  });

  test('leaves nothing of an interrupted run', async ({ lab }) => {
    const up = lab.start('up', '--until', 'cluster', '--keep', '--verbose');
    await up.says('machine mh-keystore: boot');
    up.signal('SIGINT', 'group');
    expect(await up.ended).toMatchObject({ exitCode: 130 });
    await expectNothingLeft(lab);
  });
});

/** Creates my-net again on both hosts, and returns a document with its new ID. */
async function makeNetworkAgain(kept: Kept): Promise<void> {
  const { networks } = JSON.parse(kept.document) as TopologyDocument;
  const [{ id, subnet } = { id: '', subnet: '' }] = networks;
  const hosts = await Promise.all(
    ['master-host', 'worker-host'].map(async (name) =>
      connectEngine(await kept.provider.inspect(name)),
    ),
  );
  const [master] = hosts;
  if (master === undefined) throw new Error('a host expected');
  const made = await createOverlay(master, { name: 'my-net', subnet });
  await waitForNetworkOn(hosts, made);
  kept.document = kept.document.replaceAll(id, made.id);
  await writeFile(join(kept.store, 'topology.json'), kept.document);
}

/** Fails unless reuse is rejected in one line with exactly these differences, and nothing was changed. */
async function expectDifference(
  kept: Kept,
  differences: readonly (string | RegExp)[],
  until = 'network',
): Promise<void> {
  const before = await kept.traces();
  const { exitCode, stdout, stderr } = await kept.run('up', '--until', until, '--reuse', '--json');
  expect(exitCode, stderr).toBe(1);
  expect(stdout).toBe('');
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  const start = `overlay-e2e: reuse the machines in ${kept.store}: `;
  const end =
    '. Tear them down with "overlay-e2e down", or name another folder in MACHINE_STORAGE_PATH.';
  expect(line.slice(0, start.length)).toBe(start);
  expect(line.slice(-end.length)).toBe(end);
  expect(line.slice(start.length, -end.length).split(', ')).toEqual(
    differences.map((one) => (one instanceof RegExp ? expect.stringMatching(one) : one)),
  );
  await expectUntouched(kept, before);
}
