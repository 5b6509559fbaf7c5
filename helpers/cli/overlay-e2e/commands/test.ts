import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { interrupted, wrongUsage } from '../exit-codes.ts';

export function addTest(program: Command): void {
  const command = program
    .command('test')
    .summary('bring up the clusters of this folder, run their tests, and write the report')
    .description(
      'Runs "vitest run" of this folder. Its configuration brings up each topology, tests it, tears it down, and writes reports/allure-report/index.html. All arguments go to Vitest.',
    )
    .argument('[words...]', 'files or options of Vitest')
    .allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const { runTest } = await import('../test.ts');
      const exitCode = await runTest(words);
      if (exitCode !== undefined) process.exitCode = exitCode;
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e test', does: 'all projects of the Vitest configuration' },
      {
        command: 'overlay-e2e test e2e/overlay.spec.ts --project shop',
        does: 'one file on one topology',
      },
    ],
    exitCodes: [
      { codes: [0], means: 'all tests passed' },
      { codes: [1], means: 'a test or a set-up failed, or Vitest is not installed' },
      wrongUsage,
      interrupted,
    ],
  });
}
