import type { CommandContext } from '../context.ts';
import { findCommand } from '../find-command.ts';
import { commandUsage, programUsage } from '../usage.ts';

/** `help` and `help COMMAND`. */
export async function runHelp(context: CommandContext): Promise<void> {
  const { program, commands, storage } = context;
  const [name] = context.args;
  if (name === undefined) {
    process.stdout.write(programUsage(program, commands, storage));
    return;
  }
  const command = findCommand(program, commands, name);
  if (command.name === 'create') {
    const { createFlags } = await import('../create/create-flags.ts');
    process.stdout.write(commandUsage(program, command, createFlags('netns')));
    return;
  }
  process.stdout.write(commandUsage(program, command));
}
