import type { FaultWindow, Latencies, MeasuredPath, Outage, PathResult } from './measurement.ts';
import type { Sample } from './meter/meter-lines.ts';

/** A time in which the machine of a sender could not measure, because it did not run. */
export interface Absence {
  readonly from: number;
  readonly to?: number;
}

/** Everything that was received about a path. Times are milliseconds since the start of the measurement. */
export interface PathRecord extends MeasuredPath {
  readonly samples: readonly Sample[];
  readonly absences: readonly Absence[];
  readonly duplicated: number;
  readonly late: number;
  readonly broken: readonly number[];
}

/** The number of successive requests without an answer that make an outage. Less is loss. */
const LEAST_REQUESTS = 4;

/** Milliseconds without a request that are reported: this computer was too busy. */
const LONGEST_SILENCE = 1500;

/**
 * Summarizes a path.
 *
 * @param end of the measurement
 */
export function summarizePath(
  { samples: unsorted, absences, kind, from, to, duplicated, late, broken }: PathRecord,
  faults: readonly FaultWindow[],
  end: number,
): PathResult {
  const samples = unsorted.toSorted((a, b) => a.at - b.at);
  const answered = samples.filter(({ outcome }) => typeof outcome === 'number');
  const lost = samples.filter(({ outcome }) => outcome === 'no answer').length;
  return {
    kind,
    from,
    to,
    sent: samples.length,
    answered: answered.length,
    lost,
    failed: samples.length - answered.length - lost,
    duplicated,
    late,
    broken,
    longestGap: longestGapOf(answered, end),
    outages: outagesOf(samples, absences),
    latencies: latenciesOf(answered, faults),
  };
}

/**
 * Returns the times without answers: of some successive requests, or of a sender that did not run. A time without requests
 * is none: nothing is known about it.
 */
export function outagesOf(samples: readonly Sample[], absences: readonly Absence[]): Outage[] {
  const marks = absences.flatMap(({ from, to }) => {
    const ends = to === undefined ? [from] : [from, to];
    return ends.map((at) => ({ at, outcome: 'sender down', isWhole: true }));
  });
  const all: readonly (Sample & { isWhole?: boolean })[] = [...samples, ...marks];
  const outages: Outage[] = [];
  let failed: (Sample & { isWhole?: boolean })[] = [];
  const close = (to: number | undefined) => {
    const [first] = failed;
    const isOutage = failed.length >= LEAST_REQUESTS || failed.some(({ isWhole }) => isWhole);
    if (first !== undefined && isOutage) {
      const because = [...new Set(failed.map(({ outcome }) => String(outcome)))];
      outages.push({ from: first.at, ...(to === undefined ? {} : { to }), because });
    }
    failed = [];
  };
  for (const sample of all.toSorted((a, b) => a.at - b.at)) {
    if (typeof sample.outcome === 'number') close(sample.at);
    else failed.push(sample);
  }
  close(undefined);
  return outages;
}

/** Returns the times without a request, except absences. */
export function silencesOf(
  samples: readonly Sample[],
  absences: readonly Absence[],
  end: number,
): { readonly from: number; readonly to: number }[] {
  const times = [0, ...samples.map(({ at }) => at).sort((a, b) => a - b), end];
  return times.flatMap((to, index) => {
    const from = times[index - 1] ?? to;
    const isAbsent = absences.some((one) => one.from < to && (one.to ?? Infinity) > from);
    return to - from > LONGEST_SILENCE && !isAbsent ? [{ from, to }] : [];
  });
}

function longestGapOf(answered: readonly Sample[], end: number): number {
  const times = [...answered.map(({ at }) => at), end];
  return Math.round(Math.max(...times.map((at, index) => at - (times[index - 1] ?? 0))));
}

function latenciesOf(
  answered: readonly Sample[],
  faults: readonly FaultWindow[],
): PathResult['latencies'] {
  const first = Math.min(...faults.map(({ from }) => from));
  const last = Math.max(...faults.map(({ to = Infinity }) => to));
  const parts = {
    before: answered.filter(({ at }) => at < first),
    during: answered.filter(({ at }) => at >= first && at <= last),
    after: answered.filter(({ at }) => at > last && at > first),
  };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, samples]) => {
      const latencies = percentilesOf(samples);
      return latencies === undefined ? [] : [[name, latencies] as const];
    }),
  );
}

function percentilesOf(samples: readonly Sample[]): Latencies | undefined {
  const sorted = samples
    .flatMap(({ outcome }) => (typeof outcome === 'number' ? [outcome] : []))
    .sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  if (sorted.length === 0) return undefined;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
