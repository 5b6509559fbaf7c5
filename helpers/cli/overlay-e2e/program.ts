import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDraw } from './commands/draw.ts';
import { addDown } from './commands/down.ts';
import { addReport } from './commands/report.ts';
import { addHelp } from './commands/help.ts';
import { addUp } from './commands/up.ts';
import { describeCommand, fitHelp } from './describe.ts';
import { interrupted } from './exit-codes.ts';
import { ownVersion } from './own-version.ts';

/**
 * The command line `overlay-e2e`. Each command's code is imported only when that command runs: `--help` has not to wait
 * for a Docker client.
 */
export function createProgram(): Command {
  const program = fitHelp(new Command('overlay-e2e'))
    .description(
      'Stands up a real multi-host Docker cluster, proves that its overlay network works from one host to the other, and says exactly what is wrong when it does not.',
    )
    .version(ownVersion())
    .option('-v, --verbose', 'tell of every command, not only of the stages')
    .helpCommand(false)
    .configureOutput({ outputError: (message, write) => write(describeWrongUsage(message)) })
    .exitOverride();
  for (const add of [addUp, addCheck, addDraw, addDown, addDoctor, addReport, addCompletion]) {
    add(program);
  }
  addHelp(program);
  return describeCommand(program, {
    examples: [
      { command: 'overlay-e2e up', does: 'stand the tutorial’s cluster up and leave it running' },
      { command: 'overlay-e2e check', does: 'say what is wrong with the cluster that is up' },
      {
        command:
          'overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker',
        does: 'the same of your own; --help of check has more',
      },
      { command: 'overlay-e2e down', does: 'take down everything of this store' },
      {
        command: 'overlay-e2e doctor',
        does: 'what this machine lacks, and the command that brings it',
      },
      { command: 'overlay-e2e up --help', does: 'more of a command: options, examples, variables' },
    ],
    notes: ['The help of each command tells of its other environment variables.'],
    exitCodes: [
      { codes: [0], means: 'done' },
      { codes: [1], means: 'it went wrong; of check: the cluster has defects' },
      {
        codes: [2],
        means:
          'wrong usage or input, or the output could not be written; of check: or it could not be checked',
      },
      interrupted,
    ],
  });
}

/** What commander says of wrong usage, in the form of all our errors. */
function describeWrongUsage(message: string): string {
  const line = message
    .trimEnd()
    .replace(/^error: /, '')
    .replace(/\.?\n\(Did you mean (one of )?(.*)\?\)$/, (_all, several, names: string) => {
      const words = names.split(', ').map((name) => `"${name}"`);
      return `. Did you mean ${several === undefined ? words[0] : words.join(' or ')}?`;
    })
    .replaceAll(/'([^'\n]*)'/g, '"$1"');
  return `overlay-e2e: ${line}\n`;
}
