import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { requireInit } from '../../helpers/netns/boot/boot.ts';
import { takeStateDirectory } from '../../helpers/netns/state/state-directory.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { pageSize } from '../machine/page-size.ts';
import { killEngine } from './kill-engine.ts';
import { expect, expectNothingLeft, test } from './lab.ts';
import { noTraces } from './traces.ts';

describe('a failed up reports the reason in one line and leaves nothing', () => {
  test('while other machines are still being created', async ({ lab }) => {
    // The remains of a machine that another process was creating, whose name is taken.
    await takeStateDirectory(lab.store);
    await mkdir(join(lab.store, 'machines/worker-host/netns'), { recursive: true });
    const { exitCode, stdout, stderr } = await lab.run('up', '--json');
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(
        /^overlay-e2e: machine worker-host: create: a machine with this name exists\. .+$/,
      ),
      expect.stringMatching(/^next: npx overlay-e2e doctor /),
      expect.stringMatching(/^ {6}npx overlay-e2e up seed --keep /),
    ]);
    await expectNothingLeft(lab);
  });

  test('when a machine dies late in the bring-up', async ({ lab }) => {
    const up = lab.start('up', '--verbose');
    await up.says('machine worker-host: boot');
    process.kill(requireInit(openStore(lab.store), 'worker-host'), 'SIGKILL');
    const { exitCode, stderr } = await up.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^overlay-e2e: machine worker-host: boot: the machine has ended/m);
    await expectNothingLeft(lab);
  });

  test('when an engine dies late in the bring-up', async ({ lab }) => {
    const up = lab.start('up', '--verbose');
    await up.says('mh-keystore: docker run progrium/consul');
    killEngine(lab, 'mh-keystore');
    const { exitCode, stderr } = await up.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^overlay-e2e: mh-keystore: .*Start the engine/m);
    await expectNothingLeft(lab);
  });

  test('when an image cannot be loaded', async ({ lab, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-image-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const archive = join(folder, 'broken.tar');
    await writeFile(archive, 'no archive');
    const up = lab.startWith({ E2E_TOMCAT_IMAGE: archive }, 'up', '--json');
    const { exitCode, stdout, stderr } = await up.ended;
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^overlay-e2e: .*broken\.tar.*\. .+$/m);
    await expectNothingLeft(lab);
  });

  // The first disk has no space for any file, the second none for certificates.
  test.for([
    ['inodes', 1],
    ['pages', 16],
  ] as const)(
    'when the disk of the state directory is full, of %s: %i',
    async ([what, most], { lab }) => {
      const size = what === 'inodes' ? `nr_inodes=${most}` : `size=${most * (await pageSize())}`;
      await runCommand('mount', ['-t', 'tmpfs', '-o', size, 'small', lab.store]);
      try {
        const { exitCode, stderr } = await lab.run('up', '--until', 'keystore');
        expect(exitCode).toBe(1);
        expect(stderr.split('\n').filter((line) => line.startsWith('overlay-e2e: '))).toEqual([
          expect.stringMatching(/(?:ENOSPC|no space left).*\. .*MACHINE_STORAGE_PATH/),
        ]);
        expect(stderr).not.toContain('    at ');
        // The mount belongs to the spec.
        expect(await lab.traces()).toEqual({
          ...noTraces,
          files: [lab.store],
          mounts: [lab.store],
        });
      } finally {
        await runCommand('umount', [lab.store]);
      }
    },
  );
});
