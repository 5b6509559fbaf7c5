import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .summary('list missing requirements and the commands that install them')
    .description(
      'Checks every requirement of a run on this machine, and prints the command that installs a missing one.',
    )
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .action(async (_options, self: Command) => {
      const { runDoctor } = await import('../doctor.ts');
      process.exitCode = await runDoctor(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e doctor', does: 'one line per requirement' },
      {
        command: 'overlay-e2e doctor --json',
        does: 'one document, to attach to a report',
      },
    ],
    notes: [
      'It changes nothing: objects that it creates for a test are removed.',
      'The document contains no user names and no values of variables, so you can share it.',
    ],
    exitCodes: [
      { codes: [0], means: 'nothing is missing' },
      { codes: [1], means: 'something is missing or could not be checked' },
      wrongUsage,
    ],
  });
}
