import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bindDockerMachine } from '../../../../helpers/machine/docker-machine/command.ts';
import { done, notYet, waitFor } from '../../../../helpers/process/waits/wait-for.ts';

// A shell replaces docker-machine: these tests are about running a command, not about the command.
const call = bindDockerMachine('/bin/sh', { PATH: process.env['PATH'] ?? '', GREETING: 'hello' });

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'command-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Starts a child that outlives its parent unless both are ended, and waits for it. */
function startChild(folder: string): string {
  return `sleep 600 & echo $! >${folder}/new; mv ${folder}/new ${folder}/pid; wait`;
}

async function waitForPid(folder: string): Promise<number> {
  return await waitFor(
    'the child runs',
    async () => {
      const file = join(folder, 'pid');
      return existsSync(file) ? done(Number(readFileSync(file, 'utf8'))) : notYet('no pid');
    },
    { limit: 30_000 },
  );
}

async function waitUntilGone(pid: number): Promise<void> {
  await waitFor(
    `process ${pid} is gone`,
    async () => {
      const stat = existsSync(`/proc/${pid}/stat`)
        ? readFileSync(`/proc/${pid}/stat`, 'utf8')
        : 'Z';
      // An orphan that is not reaped yet counts as ended.
      return /^Z$|\) Z /.test(stat) ? done(undefined) : notYet(stat);
    },
    { limit: 10_000 },
  );
}

test('arguments arrive unchanged, with the given environment', async () => {
  const hard = ['a  b', "it's", '$HOME', '*', '\\', '', 'two\nlines'];
  const said = await call(['-c', 'printf "[%s]" "$GREETING" "$@"', 'sh', ...hard]);
  expect(said).toEqual({
    exitCode: 0,
    stdout: ['hello', ...hard].map((word) => `[${word}]`).join(''),
    stderr: '',
  });
});

test('an environment variable of one call overrides those of all calls', async () => {
  const said = await call(['-c', 'echo $GREETING'], { env: { GREETING: 'good day' } });
  expect(said.stdout).toBe('good day\n');
});

test('after its limit, a command is ended with its children', async () => {
  const folder = makeFolder();
  const failure = call(['-c', startChild(folder)], { title: 'a long one', limit: 1000 });
  await expect(failure).rejects.toThrow('a long one: timed out after 1 s');
  await waitUntilGone(await waitForPid(folder));
});

test('an abort ends a command with its children, and the caller gets the reason', async () => {
  const folder = makeFolder();
  const abort = new AbortController();
  const failure = call(['-c', startChild(folder)], { signal: abort.signal });
  failure.catch(() => {});
  const pid = await waitForPid(folder);
  abort.abort(new Error('enough'));
  await expect(failure).rejects.toThrow('enough');
  await waitUntilGone(pid);
});

test('a command is not started after an abort', async () => {
  const folder = makeFolder();
  const signal = AbortSignal.abort(new Error('never mind'));
  const failure = call(['-c', `touch ${folder}/begun`], { signal });
  await expect(failure).rejects.toThrow('never mind');
  expect(existsSync(join(folder, 'begun'))).toBe(false);
});

test('a command that another process killed is not reported as timed out', async () => {
  const failure = call(['-c', 'kill -9 $$'], { title: 'a victim', limit: 60_000 });
  await expect(failure).rejects.toThrow('a victim: killed by SIGKILL');
});

test('input that a command does not read causes no error', async () => {
  const input = new Uint8Array(5_000_000);
  expect(await call(['-c', 'exit 3'], { input, expect: [3] })).toMatchObject({ exitCode: 3 });
});

test('output lines arrive immediately, and the error contains the last line', async () => {
  const lines: string[] = [];
  const failure = call(['-c', 'echo one; echo two; echo three >&2; exit 4'], {
    title: 'count',
    onLine: (line) => lines.push(line),
  });
  await expect(failure).rejects.toThrow('count: exit code 4, "three"');
  expect(lines).toEqual(['one', 'two']);
});

test('start-up files of the shell in between have no effect', async () => {
  const home = makeFolder();
  writeFileSync(join(home, '.bashrc'), 'echo from .bashrc\n');
  writeFileSync(join(home, 'env.sh'), 'echo from BASH_ENV\n');
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, BASH_ENV: join(home, 'env.sh') };
  const said = await bindDockerMachine('/bin/cat', env)([], { input: 'nothing else\n' });
  expect(said).toEqual({ exitCode: 0, stdout: 'nothing else\n', stderr: '' });
});
