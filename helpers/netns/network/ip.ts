import { runCommand } from '../../process/run-command.ts';

/**
 * Runs lines of iproute2's `ip` in one process, in a network namespace if given. If a name already exists, the error
 * has the code `name-taken`.
 */
export async function runIp(
  title: string,
  lines: readonly string[],
  options: { env: Readonly<Record<string, string>>; namespace?: string },
): Promise<void> {
  const { env, namespace } = options;
  const where = namespace === undefined ? [] : ['-netns', namespace];
  await runCommand('ip', [...where, '-batch', '-'], {
    env,
    title,
    input: `${lines.join('\n')}\n`,
    failures: [[/File exists/, 'name-taken']],
  });
}
