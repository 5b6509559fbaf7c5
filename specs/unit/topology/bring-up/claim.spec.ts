import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeStateDirectory } from '../../../../helpers/netns/state/state-directory.ts';
import {
  claimForTearDown,
  claimStateDirectory,
  releaseAndRemove,
} from '../../../../helpers/topology/bring-up/claim.ts';

const dead = JSON.stringify({ pid: 4_194_304, born: '1', doing: 'bring up seed' });

test('of processes that find a dead claim at the same moment, one gets the state directory', async ({
  onTestFinished,
}) => {
  const store = await mkdtemp(join(tmpdir(), 'claim-'));
  onTestFinished(() => rm(store, { recursive: true, force: true }));
  await takeStateDirectory(store);
  await writeFile(join(store, 'claim.json'), dead);
  const words = [join(import.meta.dirname, 'hold-claim.ts'), store];
  const children = [1, 2, 3].map(() =>
    spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'ignore'] }),
  );
  const outcomes = await Promise.all(
    children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
  );
  expect(outcomes.sort()).toEqual(['held', 'refused', 'refused']);
  await expect(claimForTearDown(store)).rejects.toThrow(
    /^use the state directory \S+: process \d+ uses it for "hold". Wait for that process/,
  );
  for (const child of children) {
    child.stdin.end();
    await once(child, 'exit');
  }
  expect(await claimStateDirectory(store, 'next')).toEqual({ abandoned: true });
  expect(await releaseAndRemove(store)).toEqual([]);
  await expect(readdir(store)).rejects.toThrow('ENOENT');
});
