/** `npm run bench`: measures commands and prints their timings as JSON. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { stages } from '../../helpers/topology/topology.ts';
import { bench, groups, type BenchOptions } from './bench.ts';
import { readRuns } from './read-runs.ts';
import { reportFailure } from '../../helpers/cli/overlay-e2e/failure.ts';

const program = new Command('npm run bench --')
  .description(
    'Measures warm runs in a separate state directory. Prints one JSON document with the times in seconds: all times and their medians. Progress goes to standard error.',
  )
  .option('--runs <number>', 'number of runs', readRuns, 5)
  .option(
    '--compare <script>',
    'another set-up to measure alternately: a script with the commands "up", which prints timings, and "down"',
  )
  .addOption(
    new Option('--until <stage>', 'the last stage of up').choices(stages).default('workload'),
  )
  .option(
    '--only <groups>',
    `groups of measurements, separated by commas: ${groups.join(', ')}`,
    readGroups,
    groups,
  )
  .action(async (options: BenchOptions) => {
    console.log(JSON.stringify(await bench(options), null, 2));
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}

function readGroups(text: string): BenchOptions['only'] {
  const asked = text.split(',');
  const unknown = asked.filter((one) => !groups.some((group) => group === one));
  if (unknown.length > 0) throw new InvalidArgumentError(`Unknown group: ${unknown.join(', ')}.`);
  return groups.filter((group) => asked.includes(group));
}
