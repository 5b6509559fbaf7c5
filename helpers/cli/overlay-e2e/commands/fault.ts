import { Argument, type Command, Option } from 'commander';
import { type FaultName, faultNames } from '../../../fault/fault.ts';
import { describeCommand } from '../describe.ts';
import { toDuration, toNumber } from './argument-parsers.ts';

export function addFault(program: Command): void {
  const command = program
    .command('fault')
    .summary('break the running topology for some seconds')
    .description(
      'Injects a fault into the running topology of the state directory and undoes it after some seconds: also after Ctrl-C, and even if this command is killed. Without a name, it lists all faults. It changes only machines that overlay-e2e created.',
    )
    .addArgument(new Argument('[name]', 'the fault').choices(faultNames))
    .argument('[machine...]', 'names of machines; the list of faults says how many each takes')
    .addOption(
      new Option('--for <seconds>', 'duration of the fault').argParser(toDuration).default(30),
    )
    .option('--by <number>', 'extent of the fault, in the unit of the list', toNumber)
    .option('--jitter <ms>', 'with packet-delay: the largest deviation from the delay', toNumber)
    .option('--measure', 'measure paths and layers until everything has recovered')
    .addOption(
      new Option('--settle <seconds>', 'with --measure: the time in which everything must recover')
        .argParser(toDuration)
        .default(120),
    )
    .option('--svg <file>', 'with --measure: draw a timeline')
    .option('--latencies <file>', 'with --measure: draw latencies before, during and after')
    .option('--json', 'with --measure: print the data; other output goes to standard error')
    .option('--undo', 'undo faults that a killed process left, and inject none')
    .action(async (name: FaultName | undefined, machines: string[], _options, self: Command) => {
      const { printFaults, runFault, undoFaults } = await import('../fault.ts');
      const options = self.optsWithGlobals();
      if (options['undo'] === true) {
        if (name !== undefined) self.error('error: --undo takes no fault');
        process.exitCode = await undoFaults(options);
      } else if (name === undefined) printFaults();
      else {
        const wrong = ['svg', 'latencies', 'json'].find((one) => options[one] !== undefined);
        if (wrong !== undefined && options['measure'] !== true) {
          self.error(`error: --${wrong} needs --measure`);
        }
        process.exitCode = await runFault(name, machines, self.optsWithGlobals());
      }
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e fault', does: 'list all faults' },
      {
        command: 'overlay-e2e fault partition worker-host --for 10',
        does: 'separate a machine from all others for ten seconds',
      },
      {
        command: 'overlay-e2e fault packet-loss worker-host --by 20',
        does: 'lose a fifth of the packets of other machines for 30 seconds',
      },
      {
        command: 'overlay-e2e fault engine-killed master-host --for 5',
        does: 'kill an engine and start it after five seconds',
      },
      {
        command: 'overlay-e2e fault partition worker-host --for 10 --measure --svg fault.svg',
        does: 'measure outages and recovery times, and draw them',
      },
      { command: 'overlay-e2e fault --undo', does: 'undo the faults of killed processes' },
    ],
    notes: [
      'Delays, duplicates, reordering, corruption and rates need netem in the kernel of the machine. A machine with its own kernel has it.',
    ],
    exitCodes: [
      { codes: [0], means: 'the fault was injected and is undone' },
      {
        codes: [1],
        means:
          'the fault could not be injected or undone; with --measure also: something never recovered',
      },
      { codes: [2], means: 'wrong usage or input, or the output could not be written' },
      { codes: [129, 130, 143], means: 'interrupted by a signal; the fault is undone' },
    ],
  });
}
