import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { unwrapRemoteShell, wrapForRemoteShell } from '../../../helpers/machine/remote-shell.ts';

// As sshd does it: the login shell gets the word after -c.
function runRemotely(argv: string[], input = '') {
  const word = wrapForRemoteShell(argv, 'mark-1');
  const { stdout, stderr } = spawnSync('sh', ['-c', word], { input, encoding: 'utf8' });
  return { stdout, ...unwrapRemoteShell(stderr, 'mark-1') };
}

test('arguments arrive as they are, whatever is in them', () => {
  const hard = ['a  b', "it's", '"', '$HOME', '`id`', '*', '\\', '', 'ü', 'two\nlines', '--', '!x'];
  const { stdout, exitCode } = runRemotely(['printf', '[%s]', ...hard]);
  expect(stdout).toBe(hard.map((word) => `[${word}]`).join(''));
  expect(exitCode).toBe(0);
});

test.each([0, 1, 7, 126, 255])('exit code %i comes back', (code) => {
  expect(runRemotely(['sh', '-c', `exit ${code}`]).exitCode).toBe(code);
});

test('a program that is killed gives 128 and its signal, one that is missing 127', () => {
  expect(runRemotely(['sh', '-c', 'kill -9 $$']).exitCode).toBe(137);
  expect(runRemotely(['no-such-program']).exitCode).toBe(127);
});

test('standard error comes back to the byte, with and without a line end', () => {
  expect(runRemotely(['sh', '-c', 'printf oops >&2']).stderr).toBe('oops');
  expect(runRemotely(['sh', '-c', 'echo oops >&2']).stderr).toBe('oops\n');
  expect(runRemotely(['true']).stderr).toBe('');
});

test('standard input reaches the program, all of it', () => {
  const input = 'x'.repeat(300_000);
  expect(runRemotely(['wc', '-c'], input).stdout.trim()).toBe('300000');
});

test('what comes back without the line that tells the code is no answer', () => {
  expect(unwrapRemoteShell('exit status 255\n', 'mark-1')).toBeUndefined();
  expect(unwrapRemoteShell('\nmark-1 ', 'mark-1')).toBeUndefined();
});

test('what ssh and docker-machine add after that line is left out', () => {
  expect(unwrapRemoteShell('err\n\nmark-1 3\nConnection closed.\n', 'mark-1')).toEqual({
    stderr: 'err\n',
    exitCode: 3,
  });
});

test('the word survives a login shell that is bash', () => {
  const word = wrapForRemoteShell(['echo', '!!', '$((1+1))'], 'mark-1');
  expect(execFileSync('bash', ['-c', word], { encoding: 'utf8', stdio: 'pipe' })).toBe(
    '!! $((1+1))\n',
  );
});
