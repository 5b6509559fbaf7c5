import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  /** What up printed, with the ids that networks have now. */
  document: string;
  readonly provider: NetnsProvider;
}

/** A cluster that an earlier run left, for all tests of this file. What a test breaks of it, it mends. */
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

describe('npm run e2e', () => {
  test('with E2E_REUSE=1 runs its specs on the cluster that is up, and leaves it', async ({
    kept,
    onTestFinished,
  }) => {
    const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-reports-'));
    onTestFinished(() => rm(reports, { recursive: true }));
    const before = await kept.traces();
    const words = ['run', 'e2e', '--', 'specs/seed/overlay-network.spec.ts'];
    const env = { ...kept.env, E2E_REUSE: '1', OVERLAY_E2E_REPORTS: reports };
    const run = await startCommand('npm', words, env).ended;
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toMatch(/^\d+ passed, 0 failed$/m);
    await expectUntouched(kept, before);
  });
});

describe('check', () => {
  test('of a healthy cluster ends with 0 when nothing reads what it prints', async ({ kept }) => {
    // A pipe that has no reader any more.
    const script = 'exec 4> >(exit); wait $!; exec "$0" check >&4 2>&4';
    await runCommand('bash', ['-c', script, overlayCommand], { env: kept.env });
  });
});

describe('--reuse', () => {
  test('takes the cluster that an earlier run left, as it is', async ({ kept }) => {
    const before = await kept.traces();
    const up = await kept.run('up', '--until', 'network', '--reuse', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stdout).toBe(kept.document);
    const forPeople = await kept.startWith({ E2E_REUSE: '1' }, 'up', '--until', 'cluster').ended;
    expect(forPeople.stdout).toMatch(/^seed is still up: provider netns, /);
    await expectUntouched(kept, before);
  });

  test('stands a new one up where there is none', async ({ lab }) => {
    const up = await lab.run('up', '--until', 'keystore', '--reuse');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stdout).toMatch(/^seed is up after [\d.]+ s: /);
  });

  test('refuses one that does not go as far as is asked, and names how far it goes', async ({
    kept,
  }) => {
    await expectDifference(kept, ['it only reaches the stage network'], 'workload');
  });

  test('refuses one whose engine is away, and names the machine', async ({ kept }) => {
    const service = async (action: string) =>
      await kept.provider.run('worker-host', ['service', 'docker', action]);
    await service('stop');
    try {
      await expectDifference(kept, [/^worker-host does not answer: .*refused/]);
    } finally {
      await service('start');
    }
  });

  test('refuses one with a machine that is stopped or too much, and names both', async ({
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

  test('refuses one whose hosts drop packets, and names the diagnosis; a wait in vain is explained by it', async ({
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
    await expectUntouched(kept, before);
    const waited = new WaitTimeout({ tried: 'network my-net', observed: 'timed out after 15 s' });
    const { signal } = new AbortController();
    const failure = await diagnoseFailure(waited, seed, kept.provider, signal);
    expect(failure).toMatchObject({
      line: waited.line,
      report: { diagnoses: [expect.objectContaining({ code: 'gossip-blocked' })] },
    });
  });

  test('refuses one whose network is another now, and names it', async ({
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

  test('takes down what a killed run left rather than to reuse it', async ({ lab }) => {
    const up = lab.start('up', '--until', 'keystore', '--verbose');
    await up.says('machine mh-keystore: boot');
    await lab.kill(up);
    const again = await lab.run('up', '--until', 'keystore', '--reuse');
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/^seed is up after /);
  });
});

describe('--keep', () => {
  test('leaves what stands when up fails, and says how to take it down', async ({ lab }) => {
    const up = lab.start('up', '--until', 'cluster', '--keep', '--verbose');
    await up.says('mh-keystore: docker run progrium/consul');
    killEngine(lab, 'mh-keystore');
    const { exitCode, stdout, stderr } = await up.ended;
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n').slice(-4)).toEqual([
      expect.stringMatching(/^overlay-e2e: mh-keystore: .*its engine does not run; /),
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

  test('leaves nothing of a run that was interrupted', async ({ lab }) => {
    const up = lab.start('up', '--until', 'cluster', '--keep', '--verbose');
    await up.says('machine mh-keystore: boot');
    up.signal('SIGINT', 'group');
    expect(await up.ended).toMatchObject({ exitCode: 130 });
    await expectNothingLeft(lab);
  });
});

/** Has my-net again on both hosts, and its new id where `up` has noted the one that it was made with. */
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

/** Fails unless reuse is refused in one line that tells just these differences, and nothing was touched. */
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
