import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../helpers/process/run-command.ts';

const folder = join(import.meta.dirname, '../../../helpers/cli');
const lines = [
  ['overlay-e2e', '--help'],
  ['overlay-e2e', 'completion bash'],
  ['netns-machine', 'help create'],
  ['netns-machine', 'ls -q'],
] as const;

/** Opens descriptor 4 as a pipe without a reader. */
const closedPipe = 'exec 4> >(exit); wait $!';

describe.concurrent('standard streams', () => {
  test.for(lines)('%s %s ends normally if nothing reads its output', async ([program, words]) => {
    const result = await bash(`${closedPipe}; exec ${folder}/${program}.sh ${words} >&4`);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.for(lines)('%s %s reports in one line that its output cannot be written', async (line) => {
    const [program, words] = line;
    const { exitCode, stderr } = await bash(`exec ${folder}/${program}.sh ${words} >/dev/full`);
    expect(stderr).toBe(
      `${program}: standard output cannot be written: no space left on device. Free space or redirect it elsewhere.\n`,
    );
    expect(exitCode).toBe(2);
  });

  test('a wrong option ends with its exit code if nothing reads standard error', async () => {
    const result = await bash(`${closedPipe}; exec ${folder}/overlay-e2e.sh --nope 2>&4`);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

async function bash(script: string) {
  return await runCommand('bash', ['-c', script], { expect: 'any' });
}
