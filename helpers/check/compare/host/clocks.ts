import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { ClockReading } from '../../model/views/engine-view.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';

/** Milliseconds that clocks may differ. Swarm mode tolerates one hour, but logs and times of tasks are misleading before. */
const TOLERANCE = 60_000;

/** The clocks of all hosts show about the same time. */
export const clocks: Comparison = {
  name: 'clocks',
  title: 'the clocks of all hosts show the same time, within a minute',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    const readings = readingsOf(observation);
    // With one host, nothing tells which clock is wrong.
    if (readings.length < 2) return outcomeOf([], []);
    const usual = usualTime(readings);
    return outcomeOf(
      readings.flatMap(({ host, ahead, within }): Difference[] => {
        const off = ahead - usual;
        if (Math.abs(off) - within <= TOLERANCE) return [];
        const seconds = Math.round(off / 1000);
        const how = seconds > 0 ? 'ahead of' : 'behind';
        return [
          {
            kind: 'clock-differs',
            where: { host },
            expected: { secondsAhead: 0 },
            observed: { secondsAhead: seconds },
            text: `the clock of ${host} is ${durationOf(Math.abs(seconds))} ${how} the clocks of the other hosts`,
          },
        ];
      }),
      readings.map(({ host, ahead }) => `${host}: ${((ahead - usual) / 1000).toFixed(1)} s`),
    );
  },
};

interface HostReading extends ClockReading {
  readonly host: string;
}

function readingsOf({ hosts }: Observation): HostReading[] {
  return hosts.flatMap(({ name: host, engine }) => {
    const clock = valueOf(engine)?.clock;
    return clock === undefined ? [] : [{ host, ...clock }];
  });
}

/** Returns the median of all clocks. The clock of the check itself is one of them: it decides between two hosts. */
function usualTime(readings: readonly HostReading[]): number {
  const all = [0, ...readings.map(({ ahead }) => ahead)].toSorted((one, other) => one - other);
  return all[Math.floor((all.length - 1) / 2)] ?? 0;
}

function durationOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600
    ? `${Math.round(seconds / 3600)} hours`
    : `${Math.round(seconds / 86_400)} days`;
}
