import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addDown(program: Command): void {
  const command = program
    .command('down')
    .summary('take down everything of this store')
    .description(
      'Takes down everything of this store: machines, networks, and what a killed run left behind.',
    )
    .action(async (_options, self: Command) => {
      const { runDown } = await import('../down.ts');
      process.exitCode = await runDown(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e down', does: 'take down what is up, and say what it was' },
      { command: 'overlay-e2e down --verbose', does: 'the same, and tell of every command' },
    ],
    notes: ['Images and what was unpacked stay in the cache: the next up is fast.'],
    exitCodes: [
      { codes: [0], means: 'nothing of the store is up any more' },
      { codes: [1], means: 'something could not be taken down' },
      wrongUsage,
      { codes: [129, 130, 143], means: 'interrupted by a signal, and everything taken down' },
    ],
  });
}
