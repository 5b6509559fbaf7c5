import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addInit(program: Command): void {
  const command = program
    .command('init')
    .summary('write a topology, a test and a Vitest configuration into this folder')
    .description(
      'Writes an example into this folder: a topology, a test and a Vitest configuration. Existing files stay unchanged.',
    )
    .option('--workflow', 'also write a workflow for GitHub Actions')
    .action(async (options: { workflow?: boolean }) => {
      const { runInit } = await import('../init.ts');
      process.exitCode = await runInit(options);
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e init', does: 'then run the tests as root: npx overlay-e2e test' },
      { command: 'overlay-e2e init --workflow', does: 'the same, with a workflow for every push' },
    ],
    exitCodes: [
      { codes: [0], means: 'all files are written' },
      { codes: [1], means: 'a file exists or could not be written' },
      wrongUsage,
    ],
  });
}
