/** `npm run bench`: how long what people wait for takes, as JSON. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { stages } from '../../helpers/topology/topology.ts';
import { bench, groups, type BenchOptions } from './bench.ts';
import { reportFailure } from '../../helpers/cli/overlay-e2e/failure.ts';

const program = new Command('npm run bench --')
  .description(
    'Measures warm runs in a store of its own and prints the times in seconds as one JSON document: the median of all runs, and each. What it is at, it says on standard error.',
  )
  .option('--runs <number>', 'how often everything is measured', readRuns, 5)
  .option(
    '--compare <script>',
    'another set-up to run in between: a script that takes «up», which prints its laps, and «down»',
  )
  .addOption(
    new Option('--until <stage>', 'the last stage of up').choices(stages).default('workload'),
  )
  .option(
    '--only <groups>',
    `what is measured, separated by commas: ${groups.join(', ')}`,
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

function readRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs > 0) return runs;
  throw new InvalidArgumentError('Give a number from 1 on.');
}

function readGroups(text: string): BenchOptions['only'] {
  const asked = text.split(',');
  const unknown = asked.filter((one) => !groups.some((group) => group === one));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join(', ')}.`);
  return groups.filter((group) => asked.includes(group));
}
