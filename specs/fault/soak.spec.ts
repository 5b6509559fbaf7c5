import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import type { FaultCluster, FaultName } from '../../helpers/fault/fault.ts';
import { planRounds } from '../../helpers/measure/soak/plan-rounds.ts';
import { soak, type SoakReport } from '../../helpers/measure/soak/soak.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { expect } from '../../helpers/spec/expect.ts';
import { faultClusterOf } from '../../helpers/topology/target/fault-cluster.ts';
import { queryDatabase } from '../../helpers/workload/query-database.ts';
import { labTest } from '../diagnosis/lab-test.ts';
import type { DiagnosisLab } from '../diagnosis/lab.ts';
import { overlayCommand, startCommand } from '../topology/command.ts';

const test = labTest('seed');

/** Returns the smallest seed whose first round is that fault. */
function seedOf(name: FaultName, cluster: FaultCluster, containers: readonly string[]): number {
  for (let seed = 0; ; seed += 1) {
    const { value } = planRounds(seed, cluster, containers).next();
    if (value.kind === 'fault' && value.request.name === name && value.seconds < 5) return seed;
  }
}

/** Starts `overlay-e2e soak` with the smallest seed whose first round is that fault. */
async function startSoak(
  { document, provider }: DiagnosisLab,
  name: FaultName,
  ...options: readonly string[]
) {
  const folder = await mkdtemp(join(tmpdir(), 'soak-spec-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const containers = document.workload.map(({ container }) => container);
  const seed = seedOf(name, await faultClusterOf(document, provider), containers);
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, MACHINE_STORAGE_PATH: document.store };
  const args = [`--seed=${seed}`, '--bundle', join(folder, 'a.json.gz'), ...options];
  const command = startCommand(overlayCommand, ['soak', ...args], env);
  onTestFinished(async () => {
    command.signal('SIGKILL', 'group');
    await command.ended;
  });
  return command;
}

describe('A soak test', () => {
  test('notices an acknowledged write that is lost, and stops', async ({ lab }) => {
    const { document, provider } = lab;
    const cluster = await faultClusterOf(document, provider);
    const containers = document.workload.map(({ container }) => container);
    const report = await soak(provider, document, cluster, {
      seed: seedOf('vxlan-blocked', cluster, containers),
      duration: 600_000,
      settle: 120_000,
      signal: new AbortController().signal,
      onExamine: async () => {
        const database = await lab.container('worker-host', 'mysqlserver');
        await queryDatabase(database, 'DELETE FROM overlay_e2e_ledger WHERE value = 3');
      },
    });
    expect(report.hasFinding).toBe(true);
    expect(report.rounds.map(({ violations }) => violations)).toEqual([
      ['1 write (3) acknowledged and lost'],
    ]);
    expect(report.rounds[0]?.measurement.neverRecovered.findings).toEqual([]);
  });

  test('of faults that are undone has no finding and acknowledged writes', async ({ lab }) => {
    const { document, provider } = lab;
    const cluster = await faultClusterOf(document, provider);
    const containers = document.workload.map(({ container }) => container);
    const report = await soak(provider, document, cluster, {
      seed: seedOf('gossip-blocked', cluster, containers),
      // One round.
      duration: 1,
      settle: 120_000,
      signal: new AbortController().signal,
    });
    expect(report.rounds.map(({ violations }) => violations)).toEqual([[]]);
    expect(report.rounds[0]?.measurement).toRecover();
    expect(report.hasFinding).toBe(false);
    expect(report.rounds[0]?.acknowledged).toBeGreaterThan(5);
    const database = await lab.container('worker-host', 'mysqlserver');
    expect(await queryDatabase(database, 'SHOW TABLES')).not.toContain('ledger');
  });

  test('is refused while another one runs, and starts after that was killed', async ({ lab }) => {
    const start = async (...options: readonly string[]) =>
      await startSoak(lab, 'vxlan-blocked', ...options);
    const first = await start();
    await first.says('Round 1: vxlan-blocked');
    const second = await start();
    expect(await second.ended).toMatchObject({ exitCode: 2, stdout: '' });
    const lines = (await second.ended).stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(
      new RegExp(
        `^overlay-e2e: run a soak test: another soak test uses the topology of ${lab.document.store}, held by process \\d+: .* soak --seed=.*Wait until it ends, `,
      ),
    );
    first.signal('SIGKILL', 'group');
    expect((await first.ended).signal).toBe('SIGKILL');
    const third = await start('--json');
    await third.says('Round 2: ');
    third.signal('SIGINT', 'command');
    expect(await third.ended).toMatchObject({ exitCode: 130 });
    // The data of the rounds before the interruption.
    const report = JSON.parse((await third.ended).stdout) as SoakReport;
    expect(report).toMatchObject({ hasFinding: false, endedBy: expect.stringContaining('SIGINT') });
    expect(report.rounds.map(({ violations }) => violations)).toEqual([[]]);
    // An interrupted soak test leaves no table.
    const database = await lab.container('worker-host', 'mysqlserver');
    expect(await queryDatabase(database, 'SHOW TABLES')).not.toContain('ledger');
  });

  test('with --json names a lost write on standard error and in the data', async ({ lab }) => {
    const database = await lab.container('worker-host', 'mysqlserver');
    const command = await startSoak(lab, 'vxlan-blocked', '--json');
    await command.says('Round 1: vxlan-blocked');
    // A read after the deletion still has a larger value.
    const readLast = async () => {
      const last = await queryDatabase(database, 'SELECT MAX(value) FROM overlay_e2e_ledger');
      return Number(last) > 3 ? done(undefined) : notYet(last);
    };
    await waitFor('the ledger: four values', readLast, { limit: 60_000, every: 200 });
    await queryDatabase(database, 'DELETE FROM overlay_e2e_ledger WHERE value = 3');
    const { exitCode, stdout, stderr } = await command.ended;
    const report = JSON.parse(stdout) as SoakReport;
    expect(report.rounds.map(({ violations }) => violations)).toEqual([
      ['1 write (3) acknowledged and lost'],
    ]);
    const findings = stderr.split('\n').filter((line) => line.startsWith('✖'));
    expect(findings).toEqual(['✖ ledger: 1 write (3) acknowledged and lost']);
    expect(exitCode).toBe(1);
  });
});
