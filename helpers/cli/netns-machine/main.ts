import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { firstLine } from '../../process/errors/harness-error.ts';
import { describeSystemError } from '../../process/errors/system-error.ts';
import { commandsOf } from './commands.ts';
import { type CommandContext, type CommandDescription, complain, say } from './context.ts';
import { Failure } from './failure.ts';
import { findCommand } from './find-command.ts';
import { FlagError, type FlagValues, moveFlagsFirst, parseFlags } from './flags.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

/** Runs one call of the command line and gives its exit code. */
export async function main(
  program: string,
  words: readonly string[],
  environment: CommandContext['environment'],
): Promise<number> {
  try {
    return await runProgram(program, words, environment);
  } catch (error) {
    if (error instanceof Failure) {
      if (error.message !== '') complain(error.message);
      return error.exitCode;
    }
    complain(describe(error));
    return 1;
  }
}

async function runProgram(
  program: string,
  words: readonly string[],
  environment: CommandContext['environment'],
): Promise<number> {
  const global = await readGlobalFlags(program, words, environment);
  if (global === undefined) return 0;
  const { values, rest } = global;
  const [name, ...behind] = rest;
  const storage = storageFolder(environment, values);
  if (values.on('version')) return await runCommand('version', []);
  if (values.on('help') || name === undefined) return await runCommand('help', []);
  return await runCommand(name, behind);

  async function runCommand(commandName: string, commandWords: readonly string[]) {
    const commands = commandsOf(program);
    const command = findCommand(program, commands, commandName);
    const shared = { program, words, command, commands, global: values, environment, storage };
    if (values.on('debug')) await tellWhatIsDone(storage);
    const parsed = command.readsWords
      ? { values, rest: commandWords, help: false }
      : await readCommandFlags(program, command, commandWords, environment);
    if (parsed === undefined) return 0;
    if (parsed.help) {
      const { commandUsage } = await import('./usage.ts');
      process.stdout.write(commandUsage(program, command));
      return 0;
    }
    const run = await command.load();
    return (await run({ ...shared, flags: parsed.values, args: parsed.rest })) ?? 0;
  }
}

async function readGlobalFlags(
  program: string,
  words: readonly string[],
  environment: CommandContext['environment'],
) {
  try {
    return parseFlags(GLOBAL_FLAGS, words, environment);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const { programUsage } = await import('./usage.ts');
    say(
      `Incorrect Usage.\n\n${programUsage(program, commandsOf(program), storageFolder(environment))}`.trimEnd(),
    );
    complain(error.message);
    return undefined;
  }
}

async function readCommandFlags(
  program: string,
  command: CommandDescription,
  words: readonly string[],
  environment: CommandContext['environment'],
) {
  try {
    return parseFlags(command.flags, moveFlagsFirst(words), environment);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const { commandUsage } = await import('./usage.ts');
    say(`Incorrect Usage.\n\n${commandUsage(program, command)}`.trimEnd());
    complain(error.message);
    // docker-machine counts a wrong option as no failure, and scripts may have come to rely on it.
    return undefined;
  }
}

function storageFolder(environment: CommandContext['environment'], global?: FlagValues): string {
  const chosen = global?.text('storage-path') || environment['MACHINE_STORAGE_PATH'];
  const state = environment['XDG_STATE_HOME'] || join(homedir(), '.local/state');
  return resolve(chosen || join(state, 'overlay-e2e'));
}

async function tellWhatIsDone(storage: string): Promise<void> {
  complain(`(debug) state directory: ${storage}`);
  const { onActivity } = await import('../../process/activity.ts');
  onActivity({
    start: ({ title }) => complain(`(debug) ${title}`),
    end: ({ title, startedAt, endedAt }) =>
      complain(`(debug) ${title}: ${(endedAt ?? startedAt) - startedAt} ms`),
  });
}

function describe(error: unknown): string {
  if (describeSystemError(error) !== undefined) return firstLine(error);
  return error instanceof Error ? error.message : String(error);
}
