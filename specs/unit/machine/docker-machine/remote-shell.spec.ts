import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  unwrapRemoteShell,
  wrapForRemoteShell,
} from '../../../../helpers/machine/docker-machine/remote-shell.ts';

// As sshd does: the login shell gets the argument after -c.
function runRemotely(argv: string[], input = '') {
  const word = wrapForRemoteShell(argv, 'mark-1');
  const { stdout, stderr } = spawnSync('sh', ['-c', word], { input, encoding: 'utf8' });
  return { stdout, ...unwrapRemoteShell(stderr, 'mark-1') };
}

test('arguments with any characters arrive unchanged', () => {
  const hard = ['a  b', "it's", '"', '$HOME', '`id`', '*', '\\', '', 'ü', 'two\nlines', '--', '!x'];
  const { stdout, exitCode } = runRemotely(['printf', '[%s]', ...hard]);
  expect(stdout).toBe(hard.map((word) => `[${word}]`).join(''));
  expect(exitCode).toBe(0);
});

test.each([0, 1, 7, 126, 255])('exit code %i is returned', (code) => {
  expect(runRemotely(['sh', '-c', `exit ${code}`]).exitCode).toBe(code);
});

test('a killed program returns 128 plus its signal, a missing one 127', () => {
  expect(runRemotely(['sh', '-c', 'kill -9 $$']).exitCode).toBe(137);
  expect(runRemotely(['no-such-program']).exitCode).toBe(127);
});

test('standard error is returned to the byte, with and without a line end', () => {
  expect(runRemotely(['sh', '-c', 'printf oops >&2']).stderr).toBe('oops');
  expect(runRemotely(['sh', '-c', 'echo oops >&2']).stderr).toBe('oops\n');
  expect(runRemotely(['true']).stderr).toBe('');
});

test('standard input reaches the program completely', () => {
  const input = 'x'.repeat(300_000);
  expect(runRemotely(['wc', '-c'], input).stdout.trim()).toBe('300000');
});

/** Creates a folder with fakes: `id`, which prints 1000, and a `sudo` with this script. */
function makeUser(sudo: string): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'sudo-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, script] of Object.entries({ id: 'echo 1000', sudo })) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}

function runAs(env: NodeJS.ProcessEnv, argv: readonly string[]) {
  const word = wrapForRemoteShell(argv, 'mark-1');
  const { stdout, stderr } = spawnSync('sh', ['-c', word], { env, encoding: 'utf8' });
  return { stdout, ended: unwrapRemoteShell(stderr, 'mark-1'), stderr };
}

describe('a user other than root', () => {
  test('runs everything through sudo, with unchanged arguments and exit codes', () => {
    const env = makeUser('[ "$1 $2" = "-n --" ] || exit 9\nshift 2\necho "by sudo"\nexec "$@"');
    expect(runAs(env, ['printf', '[%s]', "it's", 'a  b']).stdout).toBe("by sudo\n[it's][a  b]");
    expect(runAs(env, ['sh', '-c', 'exit 7']).ended?.exitCode).toBe(7);
    expect(runAs(env, ['no-such-program']).ended?.exitCode).toBe(127);
  });

  test('gets no answer of the program if sudo requests a password', () => {
    const { ended, stderr } = runAs(makeUser('echo "sudo: a password is required" >&2; exit 1'), [
      'true',
    ]);
    expect(ended).toBeUndefined();
    expect(stderr).toContain('a password is required');
  });
});

test('output without the line of the exit code is not an answer', () => {
  expect(unwrapRemoteShell('exit status 255\n', 'mark-1')).toBeUndefined();
  expect(unwrapRemoteShell('\nmark-1 ', 'mark-1')).toBeUndefined();
});

test('output of ssh and docker-machine after that line is ignored', () => {
  expect(unwrapRemoteShell('err\n\nmark-1 3\nConnection closed.\n', 'mark-1')).toEqual({
    stderr: 'err\n',
    exitCode: 3,
  });
});

test('the argument also works with bash as the login shell', () => {
  const word = wrapForRemoteShell(['echo', '!!', '$((1+1))'], 'mark-1');
  expect(execFileSync('bash', ['-c', word], { encoding: 'utf8', stdio: 'pipe' })).toBe(
    '!! $((1+1))\n',
  );
});
