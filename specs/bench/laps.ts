import { medianOf } from '../../helpers/process/median.ts';
import type { ActivityCode } from '../../helpers/process/activity.ts';
import type { RecordedActivity } from '../../helpers/topology/bring-up/set-up-record.ts';

/** The timings of one operation, in seconds. */
export interface Lap {
  readonly median: number;
  /** In the order of measurement. */
  readonly each: readonly number[];
}

/** Collects timings by name, in the order of their first occurrence. */
export class Laps {
  readonly #seconds = new Map<string, number[]>();

  add(name: string, seconds: number): void {
    const all = this.#seconds.get(name) ?? [];
    all.push(seconds);
    this.#seconds.set(name, all);
  }

  median(name: string): number | undefined {
    const all = this.#seconds.get(name);
    return all === undefined ? undefined : middleOf(all);
  }

  get all(): Record<string, Lap> {
    return Object.fromEntries(
      [...this.#seconds].map(([name, each]) => [name, { median: middleOf(each), each }]),
    );
  }
}

function middleOf(seconds: readonly number[]): number {
  return round(medianOf(seconds) ?? 0);
}

export function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

interface StageLap {
  readonly name: string;
  readonly seconds: number;
}

const stages: readonly (ActivityCode | undefined)[] = [
  'keystore',
  'cluster',
  'network',
  'workload',
];

/** Returns the end of each stage that succeeded, in seconds after `startedAt`. */
export function readStages(
  activities: readonly Pick<RecordedActivity, 'code' | 'endedAt' | 'failure'>[],
  startedAt: number,
): StageLap[] {
  return activities
    .flatMap(({ code, endedAt, failure }) =>
      code === undefined || !stages.includes(code) || endedAt === undefined || failure !== undefined
        ? []
        : [{ name: code, seconds: round((endedAt - startedAt) / 1000) }],
    )
    .toSorted((a, b) => a.seconds - b.seconds);
}

/** Returns the timings that a script printed: lines such as `   3.52 consul leads`. */
export function readPrintedLaps(printed: string): StageLap[] {
  return printed.split('\n').flatMap((line) => {
    const [, seconds, name] = /^ +(\d+\.\d+) (.+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, seconds: Number(seconds) }];
  });
}
