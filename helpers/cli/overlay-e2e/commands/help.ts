import type { Command } from 'commander';
import { InputError } from '../../../process/errors/input-error.ts';
import { suggestName } from '../../../process/text/suggest-name.ts';
import { shownCommands } from '../describe.ts';

/** Commander's own help command prints all of the program's help for a command that is unknown. */
export function addHelp(program: Command): void {
  program
    .command('help')
    .summary('show the help of a command')
    .argument('[command]')
    .helpOption(false)
    .action((name?: string) => {
      if (name === undefined) program.help();
      const commands = shownCommands(program);
      const command = commands.find((one) => one.name() === name);
      if (command !== undefined) command.help();
      const names = commands.map((one) => one.name());
      throw new InputError({
        code: 'name-unknown',
        observed: `unknown command "${name}"`,
        hint: suggestName(name, names, 'commands'),
      });
    });
}
