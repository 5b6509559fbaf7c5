import { randomUUID } from 'node:crypto';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { commandLine, type CommandResult, tail } from '../../process/run-command.ts';
import type { CallDockerMachine } from './command.ts';
import { saysUnknown, unknownMachine } from './inspect.ts';
import { findHint } from './hints.ts';
import type { RunOptions } from '../machine.ts';
import { unwrapRemoteShell, wrapForRemoteShell } from './remote-shell.ts';

/** Runs a program as root in a machine, with `docker-machine ssh`. */
export async function run(
  call: CallDockerMachine,
  name: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  const { input, limit, signal, expect = [0] } = options;
  const title = options.title ?? `machine ${name}: ${commandLine(argv[0] ?? '', argv.slice(1))}`;
  const mark = `exit-${randomUUID()}`;
  const word = wrapForRemoteShell(argv, mark);
  const printed = await call(['ssh', name, word], { title, input, limit, signal, expect: 'any' });
  const ended = unwrapRemoteShell(printed.stderr, mark);
  if (ended === undefined) throw notReached(title, name, printed);
  if (expect === 'any' || expect.includes(ended.exitCode)) {
    return { exitCode: ended.exitCode, stdout: printed.stdout, stderr: ended.stderr };
  }
  const output = [printed.stdout, ended.stderr].filter((text) => text !== '').join('\n');
  const said = output.trim().split('\n').at(-1) ?? '';
  throw new HarnessError({
    code: 'command-failed',
    tried: title,
    observed:
      said === '' ? `exit code ${ended.exitCode}` : `exit code ${ended.exitCode}, "${said}"`,
    evidence: output.trim() === '' ? undefined : tail(output),
  });
}

function notReached(title: string, name: string, { stdout, stderr }: CommandResult): HarnessError {
  const output = `${stdout}\n${stderr}`.trim();
  if (saysUnknown(stderr)) return unknownMachine(title);
  const known = /is not running/.test(stderr)
    ? `start the machine: docker-machine start ${name}`
    : findHint(output);
  return new HarnessError({
    code: 'machine-unreachable',
    tried: title,
    observed: `the program did not finish; last line of the output: "${output.split('\n').at(-1)}"`,
    hint: known ?? `check the connection: docker-machine ssh ${name} true`,
    evidence: output === '' ? undefined : tail(output),
  });
}
