import { describe, expect, test } from 'vitest';
import { HarnessError } from '../../../helpers/process/errors/harness-error.ts';
import { commandLine, runCommand } from '../../../helpers/process/run-command.ts';

describe('runCommand', () => {
  test('returns the output of the program and its exit code', async () => {
    const result = await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3'], {
      expect: [3],
    });
    expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('an unexpected exit code is an error with the last line of output', async () => {
    const failure = runCommand('sh', ['-c', 'echo no such thing >&2; exit 4'], {
      hint: 'do that',
    });
    await expect(failure).rejects.toThrow(HarnessError);
    await expect(failure).rejects.toThrow('exit code 4, "no such thing". Do that.');
  });

  test('a missing program is an error that names it', async () => {
    await expect(runCommand('no-such-program', [])).rejects.toThrow(
      /^no-such-program: it could not be started: no such file/,
    );
  });

  test('a program that takes longer than its limit is killed', async () => {
    await expect(runCommand('sleep', ['60'], { limit: 50 })).rejects.toThrow(
      'sleep 60: timed out after 0.05 s',
    );
  });

  test('a program that exceeds its limit is killed with its descendants', async () => {
    const failure = runCommand('sh', ['-c', 'sleep 600 & sleep 600'], { limit: 50 });
    await expect(failure).rejects.toThrow(/timed out after 0.05 s/);
  });

  test('words with special characters of a shell are quoted in the command line', () => {
    expect(commandLine('echo', ['a b', "it's", '$HOME', 'x=1'])).toBe(
      `echo 'a b' 'it'\\''s' '$HOME' x=1`,
    );
  });
});
