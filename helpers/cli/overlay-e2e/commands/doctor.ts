import type { Command } from 'commander';
import { describeCommand } from '../describe.ts';
import { wrongUsage } from '../exit-codes.ts';

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .summary('what this machine lacks, and the command that brings it')
    .description(
      'Looks at all that a run needs of this machine, and names the command that brings what is missing.',
    )
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .action(async (_options, self: Command) => {
      const { runDoctor } = await import('../doctor.ts');
      process.exitCode = await runDoctor(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e doctor', does: 'what is there and what is missing, a line each' },
      {
        command: 'overlay-e2e doctor --json',
        does: 'the same as one document, to add to a report',
      },
    ],
    notes: [
      'It changes nothing; what it tries out, it removes again.',
      'The document names neither the user nor what variables say: it is made to be shown to others.',
    ],
    exitCodes: [
      { codes: [0], means: 'nothing is missing' },
      { codes: [1], means: 'something is, or it could not be looked at' },
      wrongUsage,
    ],
  });
}
