import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addReport(program: Command): void {
  const command = program
    .command('report')
    .summary('rebuild the report of the last run and print its path')
    .description('Rebuilds the Allure report from the results of the last run and prints its path.')
    .action(async () => {
      const { runReport } = await import('../report.ts');
      process.exitCode = await runReport();
    });
  describeCommand(command, {
    examples: [{ command: 'overlay-e2e report', does: 'one HTML file to open in a browser' }],
    exitCodes: [
      { codes: [0], means: 'the report is built' },
      { codes: [1], means: 'no results, or the report could not be built' },
      wrongUsage,
    ],
  });
}
