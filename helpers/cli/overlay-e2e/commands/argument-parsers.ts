import { InvalidArgumentError } from 'commander';

/** Collects the words of an option that may be repeated. */
export function collect(word: string, before: readonly string[]): string[] {
  return [...before, word];
}

/** Collects the names of an option that may be repeated; commas separate names, too. */
export function collectNames(word: string, before: readonly string[] = []): string[] {
  return [...before, ...word.split(',')];
}

/** Reads a number of seconds. */
export function toPositive(word: string): number {
  const seconds = Number(word);
  if (word.trim() !== '' && Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}

/** Reads a number of seconds that a timer of Node.js can wait: at most 24 days. */
export function toDuration(word: string): number {
  const seconds = Number(word);
  if (word.trim() !== '' && seconds > 0 && seconds <= 2_000_000) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds above 0 and at most 2000000.');
}

/** Reads any number. */
export function toNumber(word: string): number {
  const number = Number(word);
  if (word.trim() !== '' && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('It must be a number.');
}

/** Reads a whole number of any size. */
export function toCount(word: string): number {
  if (/^\d+$/.test(word)) return Number(word);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** Reads a number of other hosts. */
export const toNeighbors = wholeNumber(9999);

/** Reads a number of hosts. */
export const toHosts = wholeNumber(1000);

/** Reads a number of runs, or of Mbit/s. */
export const toRuns = wholeNumber(99_999);

/** Reads the whole seconds of a measurement. */
export const toSpan = wholeNumber(999, ' of seconds');

function wholeNumber(most: number, unit = ''): (word: string) => number {
  return (word) => {
    if (/^[1-9]\d{0,8}$/.test(word) && Number(word) <= most) return Number(word);
    throw new InvalidArgumentError(`It must be a whole number${unit} from 1 to ${most}.`);
  };
}
