import { z } from 'zod';
import type { FaultRequest } from '../../helpers/fault/fault.ts';
import type { MeasurementReport, Outage } from '../../helpers/measure/measurement.ts';

/** The kinds of paths whose outages the page shows. */
export const shownPaths = ['tcp', 'stream', 'name', 'http'] as const;

/** Milliseconds of the longest outage of each kind; null if a path never answered again. */
const outages = z.object({
  tcp: z.number().nullable(),
  /** Absent in runs from before it was recorded. */
  stream: z.number().nullable().optional(),
  name: z.number().nullable(),
  http: z.number().nullable(),
});

const recoveryRun = z.object({
  /** The topology and its engine: `etcd@20.10.24`. */
  topology: z.string(),
  /** The name of the fault, and its machine, if it has one. */
  fault: z.string(),
  /** Milliseconds from the injection to the end of the fault. */
  duration: z.number(),
  outages,
  /** Milliseconds from the end of the fault until all layers were correct; absent if one never was. */
  recovery: z.number().optional(),
  /** The layer that was correct last. */
  lastLayer: z.string().optional(),
  /** The codes of the findings that remained, and what else did. */
  left: z.array(z.string()),
});

/** One fault on one cluster. */
export type RecoveryRun = z.infer<typeof recoveryRun>;

/** The content of `docs/recovery.json`. */
export const recoveryData = z.object({
  /** The day of the last run, such as 2026-12-02. */
  date: z.string(),
  computer: z.string(),
  /** The lowest and the highest load average, of one minute, at the ends of the runs. */
  load: z.tuple([z.number(), z.number()]),
  runs: z.array(recoveryRun),
});
export type RecoveryData = z.infer<typeof recoveryData>;

export function nameOfFault({ name, machines = [] }: FaultRequest): string {
  return [name, ...machines].join(' ');
}

/** Returns the figures of a measurement with one fault. */
export function recoveryOf(
  { faults: [fault], paths, lastLayer, neverRecovered }: MeasurementReport,
  place: Pick<RecoveryRun, 'topology' | 'fault'>,
): RecoveryRun {
  const longest = (kind: (typeof shownPaths)[number]) =>
    longestOf(paths.filter((path) => path.kind === kind).flatMap((path) => path.outages));
  const { findings, layers, paths: silent, unknown } = neverRecovered;
  const left = [
    ...new Set(findings.map(({ code }) => code)),
    // Layers are wrong because of findings.
    ...(findings.length === 0 ? layers : []),
    ...new Set(silent.map(({ kind }) => `${kind} paths`)),
    ...(unknown === undefined ? [] : [unknown]),
  ];
  const end = fault?.to ?? 0;
  return {
    ...place,
    duration: end - (fault?.from ?? 0),
    outages: {
      tcp: longest('tcp'),
      stream: longest('stream'),
      name: longest('name'),
      http: longest('http'),
    },
    // A layer that the fault does not reach is correct before its end.
    ...(lastLayer === undefined || left.length > 0
      ? {}
      : { recovery: Math.max(0, lastLayer.at - end), lastLayer: lastLayer.layer }),
    left,
  };
}

function longestOf(all: readonly Outage[]): number | null {
  const lengths = all.map(({ from, to }) => (to === undefined ? Infinity : to - from));
  const longest = Math.max(0, ...lengths);
  return longest === Infinity ? null : longest;
}
