import { InvalidArgumentError } from 'commander';

/** Reads the option of the command line for the number of runs. */
export function readRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs > 0) return runs;
  throw new InvalidArgumentError('Give a positive integer.');
}
