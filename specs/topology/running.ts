import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ended } from './command.ts';
import { expect, openLab, test as base } from './lab.ts';

/** The whole topology, brought up once for all tests of this file, as the README describes. */
const withRunning = base.extend(
  'running',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const lab = await openLab();
    onCleanup(() => lab.clear());
    const up = await lab.run('up', '--json');
    return { lab, up };
  },
);

/** A folder for the output of a command. */
export const test = withRunning.extend(
  'folder',
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-written-'));
    onCleanup(() => rm(folder, { recursive: true }));
    return folder;
  },
);

/**
 * Expects one line on standard error with the error and the fix, before the suggested commands, and nothing on standard
 * output.
 */
export function expectRefusal({ exitCode, stdout, stderr }: Ended, line: string | RegExp): void {
  expect(exitCode, stderr).toBe(1);
  expect(stdout).toBe('');
  const [before = ''] = stderr.split(/^next: /m);
  const lines = before.split('\n').filter((one) => one !== '' && !one.startsWith('['));
  expect(lines).toEqual([
    line instanceof RegExp
      ? expect.stringMatching(line.source.replace('^', '^overlay-e2e: '))
      : `overlay-e2e: ${line}`,
  ]);
}
