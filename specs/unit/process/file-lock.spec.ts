import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import { tryLock, withLock } from '../../../helpers/process/files/file-lock.ts';
import { describeHolder, DESCRIPTOR } from '../../../helpers/process/files/lock-holder.ts';
import { WaitTimeout } from '../../../helpers/process/waits/wait-for.ts';

const MODULE = join(import.meta.dirname, '../../../helpers/process/files/file-lock.ts');

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('file', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'lock-'));
    onCleanup(() => rm(folder, { recursive: true }));
    return join(folder, 'one.lock');
  })
  /** Another process that holds the lock. */
  .extend('holder', async ({ file }, { onCleanup }) => {
    const script = `
      import { withLock } from '${MODULE}';
      await withLock('${file}', 'engine 20.10.5', async () => {
        console.log('held');
        await new Promise((resolve) => process.stdin.once('end', resolve).resume());
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    onCleanup(async () => {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    await once(child.stdout, 'data');
    return child;
  });

test('A wait for a lock ends at its limit and names the process that holds the lock', async ({
  file,
  holder,
}) => {
  let hasRun = false;
  const error: unknown = await withLock(
    file,
    'engine 20.10.5',
    async () => {
      hasRun = true;
    },
    50,
  ).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WaitTimeout);
  expect(error).toMatchObject({
    code: 'wait-timed-out',
    tried: 'engine 20.10.5: another run is at it',
    observed: expect.stringMatching(
      new RegExp(
        `^timed out after 0[.]05 s; last: held by process ${holder.pid}: .*node --input-type=module`,
      ),
    ),
  });
  expect(hasRun).toBe(false);
});

test('A process that opened the lock without holding it is not named as its holder', async ({
  file,
}) => {
  // Like a process that waits: the same descriptor, but not the program that keeps locks.
  const waiter = spawn('sh', [
    '-c',
    `exec ${DESCRIPTOR}>"$1"; echo opened; exec tail -f`,
    'sh',
    file,
  ]);
  await once(waiter.stdout, 'data');
  const ended = once(waiter, 'exit');
  const description = await describeHolder(file);
  waiter.stdin.end();
  waiter.kill();
  await ended;
  expect(description).toBe('held by a process that this user cannot see');
});

test('A lock whose holder was killed is free', async ({ file, holder }) => {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await expect(withLock(file, 'engine 20.10.5', async () => 'done', 60_000)).resolves.toBe('done');
});

test('A lock that is only tried names its holder, and is free after the holder was killed', async ({
  file,
  holder,
}) => {
  expect(await tryLock(file)).toMatch(new RegExp(`^held by process ${holder.pid}: `));
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  {
    await using lock = await tryLock(file).then(requireLock);
    expect(lock).toBeDefined();
    expect(await tryLock(file)).toMatch(new RegExp(`^held by process ${process.pid}: `));
  }
  await using again = await tryLock(file).then(requireLock);
  expect(again).toBeDefined();
});

function requireLock(lock: AsyncDisposable | string): AsyncDisposable {
  if (typeof lock === 'string') throw new Error(lock);
  return lock;
}
