import { Argument, type Command } from 'commander';
import { shells, type Shell } from '../completion/scripts.ts';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .summary('print the completion script for your shell')
    .description(
      'Prints a script for bash, zsh or fish that completes commands, options, topologies, stages, engines, pictures, machines of the state directory and Docker contexts.',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .action(async (shell: Shell) => {
      const { printCompletion } = await import('../completion.ts');
      printCompletion(shell);
    });
  describeCommand(command, {
    examples: [
      {
        command: 'overlay-e2e completion bash',
        does: 'for ~/.bashrc: source <(overlay-e2e completion bash)',
      },
      {
        command: 'overlay-e2e completion zsh',
        does: 'for ~/.zshrc: source <(overlay-e2e completion zsh)',
      },
      {
        command: 'overlay-e2e completion fish',
        does: 'for ~/.config/fish/config.fish: overlay-e2e completion fish | source',
      },
    ],
    notes: [
      'overlay-e2e must be on PATH. In a clone, run "npm link" once to put overlay-e2e and netns-machine there.',
    ],
    exitCodes: [{ codes: [0], means: 'printed' }, { codes: [1], means: 'failure' }, wrongUsage],
  });
  // The completion scripts call this command. Its words must not be parsed as options.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .action(async (words: string[]) => {
      const { printSuggestions } = await import('../completion.ts');
      await printSuggestions(program, words);
    });
}
