/** The times of one thing, in seconds. */
export interface Lap {
  readonly median: number;
  /** In the order in which they were measured. */
  readonly each: readonly number[];
}

/** Collects times by name, in the order in which the names first came. */
export class Laps {
  readonly #seconds = new Map<string, number[]>();

  add(name: string, seconds: number): void {
    const all = this.#seconds.get(name) ?? [];
    all.push(seconds);
    this.#seconds.set(name, all);
  }

  median(name: string): number | undefined {
    const all = this.#seconds.get(name);
    return all === undefined ? undefined : medianOf(all);
  }

  get all(): Record<string, Lap> {
    return Object.fromEntries(
      [...this.#seconds].map(([name, each]) => [name, { median: medianOf(each), each }]),
    );
  }
}

/** The middle one; of an even number, the mean of the two in the middle. Rounded to milliseconds. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return round(middle.reduce((sum, one) => sum + one, 0) / middle.length);
}

export function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/**
 * When each stage of a run was done, out of what it said: lines such as «[   7.3 s]   keystore  7.0 s» for ours, and
 * «   3.52 consul leads» for a script that prints its laps.
 */
export function readStages(said: string): { name: string; seconds: number }[] {
  return said.split('\n').flatMap((line) => {
    const ours = /^\[ *([\d.]+) s\] +(keystore|cluster|network|workload)  [\d.]+ s$/.exec(line);
    const [, seconds, name] = ours ?? /^ +(\d+\.\d+) (.+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, seconds: Number(seconds) }];
  });
}
