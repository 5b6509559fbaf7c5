import type { Diagnosis } from '../check/model/diagnosis.ts';
import { medianOf } from '../process/median.ts';

/** The ways between two hosts that are measured. */
export const pathKinds = ['underlay', 'overlay', 'encrypted', 'vip', 'mesh'] as const;
export type PathKind = (typeof pathKinds)[number];

/** The measurements of one path in one run. */
export interface Sample {
  /** Mbit/s that arrived, over one TCP connection and over eight. */
  readonly tcp1: number;
  readonly tcp8: number;
  /** Mbit/s of UDP that arrived, and the percentage of the packets that did not. */
  readonly udp: number;
  readonly udpLoss: number;
  /** Microseconds for a request and its response on an open connection. */
  readonly rrP50: number;
  readonly rrP90: number;
  readonly rrP99: number;
  readonly rrP999: number;
  /** Microseconds for a connection, a request and its response. */
  readonly crrP50: number;
  readonly crrP90: number;
  readonly crrP99: number;
  readonly crrP999: number;
  /** Seconds of processor time for each gigabyte over one connection: of the processes that send and receive. */
  readonly cpuSender: number;
  readonly cpuReceiver: number;
  /** MiB: the largest amount that each side has used. Zero if its cgroup does not show it. */
  readonly memorySender: number;
  readonly memoryReceiver: number;
}
export type MeasureName = keyof Sample;

/** The values of all runs. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly each: readonly number[];
}

export interface MeasuredPath {
  readonly kind: PathKind;
  /** The overlay network; absent between the hosts. */
  readonly network?: string;
  readonly measures: Readonly<Record<MeasureName, Spread>>;
  /** The median divided by that of the path between the hosts, in the same runs. Absent for that path itself. */
  readonly ratios?: Readonly<Record<RatioName, number>>;
}

export const ratioNames = ['tcp1', 'tcp8', 'udp', 'rrP50', 'rrP99', 'crrP50', 'crrP99'] as const;
export type RatioName = (typeof ratioNames)[number];

/** A path whose costs are out of proportion. */
export interface SlowPath extends Diagnosis {
  readonly code: 'overlay-slow';
  readonly path: string;
}

/** The result of `overlay-e2e perf`. */
export interface PerfResult {
  readonly topology: string;
  readonly from: string;
  readonly to: string;
  /** The time of the first run, as ISO 8601. */
  readonly at: string;
  readonly runs: number;
  /** Seconds of each measurement of throughput and of response times. */
  readonly seconds: number;
  readonly paths: readonly MeasuredPath[];
  /** Paths that the topology has but that were not measured, with the reason. */
  readonly skipped: readonly { readonly kind: PathKind; readonly because: string }[];
  readonly findings: readonly SlowPath[];
}

/** Returns the path for people: `overlay my-net`. */
export function nameOfPath({ kind, network }: Pick<MeasuredPath, 'kind' | 'network'>): string {
  return network === undefined ? kind : `${kind} ${network}`;
}

function spreadOf(each: readonly number[]): Spread {
  return {
    median: medianOf(each) ?? 0,
    lowest: Math.min(...each),
    highest: Math.max(...each),
    each,
  };
}

/** The samples of one path, one for each run. */
export interface SampledPath extends Pick<MeasuredPath, 'kind' | 'network'> {
  readonly samples: readonly Sample[];
}

/** Combines the runs of all paths, and compares each path with the one between the hosts. */
export function combineRuns(sampled: readonly SampledPath[]): MeasuredPath[] {
  const paths = sampled.map(({ samples, ...path }): MeasuredPath => {
    const [first] = samples;
    const names = Object.keys(first ?? {}) as MeasureName[];
    const measures = Object.fromEntries(
      names.map((name) => [name, spreadOf(samples.map((sample) => sample[name]))]),
    ) as Record<MeasureName, Spread>;
    return { ...path, measures };
  });
  const base = paths.find(({ kind }) => kind === 'underlay');
  if (base === undefined) return paths;
  return paths.map((path) =>
    path === base
      ? path
      : {
          ...path,
          ratios: Object.fromEntries(
            ratioNames.map((name) => [
              name,
              path.measures[name].median / base.measures[name].median,
            ]),
          ) as Record<RatioName, number>,
        },
  );
}

/** Beyond these ratios, a path is slow for another reason than the costs of VXLAN and encryption. */
const EXTREME = { throughput: 0.1, latency: 10 } as const;

/** Finds paths that are slow out of proportion. Ratios of medians count, because single values depend on other work. */
export function findSlowPaths({
  from,
  to,
  paths,
}: Pick<PerfResult, 'from' | 'to' | 'paths'>): SlowPath[] {
  return paths.flatMap((path) => {
    const { ratios, network } = path;
    if (ratios === undefined) return [];
    const name = nameOfPath(path);
    const reasons = [
      ...(ratios.tcp1 < EXTREME.throughput && ratios.tcp8 < EXTREME.throughput
        ? [`TCP has ${percent(ratios.tcp1)} of the throughput between the hosts`]
        : []),
      ...(ratios.rrP50 > EXTREME.latency
        ? [`a request takes ${ratios.rrP50.toFixed(1)} times as long as between the hosts`]
        : []),
    ];
    if (reasons.length === 0) return [];
    return [
      {
        code: 'overlay-slow',
        path: name,
        where: { host: from, peer: to, network },
        summary: `${name}: ${reasons.join(', and ')}`,
        evidence: [],
        consequences: [],
        action: {
          kind: 'next-step',
          commands: [['overlay-e2e', 'check']],
          effect:
            'Finds lost packets, wrong checksums and packets that are too large for the path. If it finds nothing, look for a limit of the rate or a delay on the interfaces.',
        },
      },
    ];
  });
}

export function percent(ratio: number): string {
  const value = ratio * 100;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** The part of the performance between the hosts that each path must keep. */
export interface Kept {
  /** The smallest share of the TCP throughput, over one connection and over eight: 0.6. */
  readonly throughput?: number;
  /** The largest multiple of the time that 50 % of the requests take. */
  readonly p50?: number;
  /** The largest multiple of the time that 99 % of the requests take. */
  readonly p99?: number;
  /** The largest percentage of lost UDP packets. */
  readonly loss?: number;
}

/** Returns the limits that the paths of a result do not keep, one line for each; nothing if they keep all. */
export function findUnkept({ paths }: Pick<PerfResult, 'paths'>, kept: Kept): string[] {
  const compared = paths.filter(({ ratios }) => ratios !== undefined);
  if (compared.length === 0) return ['no path was compared with the one between the hosts'];
  return compared.flatMap((path) => {
    const { ratios, measures } = path;
    const name = nameOfPath(path);
    const lines: string[] = [];
    // A value that is not a number, after a division by zero, keeps nothing.
    const atLeast = (what: string, value: number, limit: number | undefined) => {
      if (limit === undefined || value >= limit) return;
      lines.push(
        `${name}: ${what} is ${value.toFixed(2)} of that between the hosts, below ${limit}`,
      );
    };
    const atMost = (what: string, value: number, limit: number | undefined, unit: string) => {
      if (limit === undefined || value <= limit) return;
      lines.push(`${name}: ${what} is ${value.toFixed(2)}${unit}, above ${limit}`);
    };
    atLeast('the throughput of 1 TCP stream', ratios?.tcp1 ?? Number.NaN, kept.throughput);
    atLeast('the throughput of 8 TCP streams', ratios?.tcp8 ?? Number.NaN, kept.throughput);
    const times = ' times that between the hosts';
    atMost('the median response time', ratios?.rrP50 ?? Number.NaN, kept.p50, times);
    atMost('p99 of the response times', ratios?.rrP99 ?? Number.NaN, kept.p99, times);
    atMost('the loss of UDP', measures.udpLoss.median, kept.loss, ' %');
    return lines;
  });
}
