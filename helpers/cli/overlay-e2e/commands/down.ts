import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addDown(program: Command): void {
  const command = program
    .command('down')
    .summary('remove all machines and networks of the state directory')
    .description(
      'Removes everything of the state directory: machines, networks, and remaining parts of an interrupted run.',
    )
    .action(async (_options, self: Command) => {
      const { runDown } = await import('../down.ts');
      process.exitCode = await runDown(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e down', does: 'remove everything and print the names' },
      { command: 'overlay-e2e down --verbose', does: 'also print every command' },
    ],
    notes: ['Images and unpacked packages stay in the cache, so the next up is fast.'],
    exitCodes: [
      { codes: [0], means: 'everything is removed' },
      { codes: [1], means: 'something could not be removed' },
      wrongUsage,
      { codes: [129, 130, 143], means: 'interrupted by a signal; everything is removed' },
    ],
  });
}
