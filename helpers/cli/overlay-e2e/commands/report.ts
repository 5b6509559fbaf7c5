import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addReport(program: Command): void {
  const command = program
    .command('report')
    .summary('build the report of the last run again, and say where it is')
    .description(
      'Builds the Allure report of the last run again, out of what its specs wrote, and prints its path.',
    )
    .action(async () => {
      const { runReport } = await import('../report.ts');
      process.exitCode = await runReport();
    });
  describeCommand(command, {
    examples: [{ command: 'overlay-e2e report', does: 'one HTML file, to open in a browser' }],
    exitCodes: [
      { codes: [0], means: 'it is built' },
      { codes: [1], means: 'there are no results, or it could not be built' },
      wrongUsage,
    ],
  });
}
