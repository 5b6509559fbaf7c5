import { type Command, Option } from 'commander';
import { faultNames } from '../../../fault/fault.ts';
import { describeCommand } from '../describe.ts';
import { toCount, toDuration } from './argument-parsers.ts';

export function addSoak(program: Command): void {
  const command = program
    .command('soak')
    .summary('inject random faults until something stays broken')
    .description(
      'Injects random faults into the running topology and restarts its containers, one after the other, while it measures all paths. After each round it checks the cluster and the data of the car service. It stops at the first finding and writes a support bundle. It changes only machines that overlay-e2e created.',
    )
    .addOption(
      new Option(
        '--seed <number>',
        'number that decides the rounds (default: a random one)',
      ).argParser(toCount),
    )
    .addOption(
      new Option('--except <fault...>', 'leave this fault out; may be repeated').choices(
        faultNames,
      ),
    )
    .addOption(
      new Option('--for <seconds>', 'no round begins after this time')
        .argParser(toDuration)
        .default(600),
    )
    .addOption(
      new Option('--settle <seconds>', 'the time in which everything must recover after a round')
        .argParser(toDuration)
        .default(120),
    )
    .addOption(new Option('--bundle <file>', 'support bundle of a finding').default('soak.json.gz'))
    .option(
      '--json',
      'print the data of all rounds; findings and other output go to standard error',
    )
    .action(async (_options, self: Command) => {
      const { runSoak } = await import('../soak.ts');
      process.exitCode = await runSoak(self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e soak --for 3600', does: 'an hour of random faults' },
      {
        command: 'overlay-e2e soak --seed 7 --for 60',
        does: 'the same rounds as in each run with this seed',
      },
      {
        command: 'overlay-e2e soak --except engine-killed --for 60',
        does: 'leave a fault out whose defect is known',
      },
    ],
    notes: [
      'With the car service, a ledger in its database is written during all rounds. No acknowledged write may be lost, and no read may go backward.',
    ],
    exitCodes: [
      { codes: [0], means: 'everything recovered after each round' },
      { codes: [1], means: 'a round has a finding; the bundle is written' },
      {
        codes: [2],
        means:
          'wrong usage or input, another soak test uses the topology, or the output could not be written',
      },
      { codes: [129, 130, 143], means: 'interrupted by a signal; the fault is undone' },
    ],
  });
}
