import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test as base } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { findTraces, noTraces } from '../topology/traces.ts';

const holdMachine = join(import.meta.dirname, 'hold-machine.ts');

const test = base.extend(
  'place',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'guarded-'));
    const reports = await mkdtemp(join(tmpdir(), 'guarded-reports-'));
    const provider = createNetnsProvider({ store: join(folder, 'store') });
    onCleanup(async () => {
      await provider.remove(await provider.listOwn());
      await provider.cleanUp();
      for (const path of [folder, reports]) await rm(path, { recursive: true, force: true });
    });
    return { folder, reports };
  },
);

test.for(['SIGTERM', 'SIGKILL'] as const)(
  'A %s to the group of a process leads to the removal of its machine and commands',
  async (signal, { place: { folder, reports } }) => {
    const env = { OVERLAY_E2E_REPORTS: reports };
    const holder = execa(process.execPath, [holdMachine, folder], {
      env,
      detached: true,
      reject: false,
    });
    // A command with its own group, which uses the folder and survives the signal.
    const command = execa('sleep', ['infinity'], {
      env: { MACHINE_STORAGE_PATH: join(folder, 'store') },
      detached: true,
      reject: false,
    });
    // Printed after it has created its machine.
    expect(String(await once(holder.stdout, 'data'))).toBe('created\n');
    process.kill(-(holder.pid ?? Number.NaN), signal);
    await holder;

    const guards = join(reports, '.guards');
    // As specs/run.sh does.
    await runCommand('flock', [guards, 'true']);
    expect(await readFile(guards, 'utf8')).toBe(`${folder}: removed, with one\n`);
    expect(existsSync(folder)).toBe(false);
    expect(await findTraces(join(folder, 'store'))).toEqual(noTraces);
    expect((await command).signal).toBe('SIGTERM');
  },
);

test('A process that removes its folder itself leaves nothing to its guard', async ({
  place: { folder, reports },
}) => {
  const holder = execa(process.execPath, [holdMachine, folder, 'remove'], {
    env: { OVERLAY_E2E_REPORTS: reports },
  });
  const guards = join(reports, '.guards');
  await waitFor(
    'the guard holds its lock',
    async () => {
      const free = await runCommand('flock', ['-n', guards, 'true'], { expect: 'any' });
      return free.exitCode === 0 ? notYet('the lock is free') : done(true);
    },
    { limit: 60_000 },
  );
  holder.stdin.end();
  await holder;
  await runCommand('flock', [guards, 'true']);
  expect(await readFile(guards, 'utf8')).toBe('');
  expect(existsSync(folder)).toBe(false);
});
