import { type Command, Option } from 'commander';
import { describeCommand } from '../describe.ts';
import { interrupted, wrongUsage } from '../exit-codes.ts';
import { toRuns, toSpan } from './argument-parsers.ts';

export function addPerf(program: Command): void {
  const command = program
    .command('perf')
    .summary('measure the throughput and response times of the overlay')
    .description(
      'Measures the throughput and the response times between two hosts of the running topology: outside of the overlay, through each overlay network, and through a service where the cluster has virtual addresses. It starts containers with iperf3 on both hosts and removes them at the end.',
    )
    .argument('[from]', 'the host that sends (default: the first one)')
    .argument('[to]', 'the host that receives (default: the second one)')
    .addOption(
      new Option('--runs <number>', 'how often everything is measured')
        .argParser(toRuns)
        .default(3),
    )
    .addOption(
      new Option('--seconds <number>', 'duration of each measurement').argParser(toSpan).default(2),
    )
    .addOption(
      new Option('--udp <mbit>', 'Mbit/s that the UDP test sends').argParser(toRuns).default(100),
    )
    .option('--json', 'print one JSON document on standard output; progress goes to standard error')
    .option('--svg <file>', 'also draw a picture: bars with the lowest and highest run')
    .action(async (from: string | undefined, to: string | undefined, _options, self: Command) => {
      const { runPerf } = await import('../perf.ts');
      const names = [from, to].filter((name) => name !== undefined);
      process.exitCode = await runPerf(names, self.optsWithGlobals());
    });
  describeCommand(command, {
    examples: [
      { command: 'overlay-e2e perf', does: 'measure between the first two hosts' },
      {
        command: 'overlay-e2e perf worker-host master-host --runs 5',
        does: 'measure the other direction, five times',
      },
      {
        command: 'overlay-e2e perf --json --svg perf.svg',
        does: 'one JSON document, and a picture',
      },
    ],
    notes: [
      'Ratios to the path between the hosts matter. Absolute values depend on the computer and on its other work.',
    ],
    exitCodes: [
      { codes: [0], means: 'measured' },
      { codes: [1], means: 'failure, or a path is slow out of proportion (overlay-slow)' },
      wrongUsage,
      interrupted,
    ],
  });
}
