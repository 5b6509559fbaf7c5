import { type Command, Option } from 'commander';
import { describeCommand } from '../describe.ts';
import { interrupted } from '../exit-codes.ts';
import { collect, collectNames } from './argument-parsers.ts';
import { tlsDir } from './target-options.ts';

export function addDiscover(program: Command): void {
  const command = program
    .command('discover')
    .summary('find the members of a cluster and print a file that describes it')
    .description(
      'Finds the members of a cluster through one of them: nodes of a swarm from a manager, members from a key-value store. Each must answer the same way: on the same port with the same certificates, or with the same user of ssh. Prints a file for "overlay-e2e check FILE".',
    )
    .addOption(
      new Option(
        '--engine <[name=]url>',
        'a member; default: the engine of the current Docker context',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option(...tlsDir)
    .addOption(
      new Option('--context <name>', 'the engine of one of your Docker contexts')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(new Option('--except <name>', 'leave this member out').argParser(collectNames))
    .action(async (_options, self: Command) => {
      const { runDiscover } = await import('../discover.ts');
      process.exitCode = await runDiscover(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      {
        command: 'overlay-e2e discover',
        does: 'the cluster of the current Docker context; redirect the output to cluster.json',
      },
      {
        command: 'overlay-e2e discover --engine ssh://me@10.0.0.1',
        does: 'the swarm of this manager, through ssh',
      },
    ],
    exitCodes: [
      { codes: [0], means: 'all members are in the file' },
      { codes: [1], means: 'a member does not answer, and is not in the file' },
      { codes: [2], means: 'wrong usage or input, or the named engine does not answer' },
      interrupted,
    ],
  });
}
