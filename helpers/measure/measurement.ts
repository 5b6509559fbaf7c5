import type { DiagnosisCode } from '../check/model/codes.ts';

/**
 * The kinds of paths: an echo, a datagram, a new connection for each request, one connection for all, a DNS query, a
 * connection to the virtual address of a service, a connection to a published port, and a request to the application.
 */
export const pathKinds = [
  'icmp',
  'udp',
  'tcp',
  'stream',
  'name',
  'vip',
  'published',
  'http',
] as const;
export type PathKind = (typeof pathKinds)[number];

/** A measured path. */
export interface MeasuredPath {
  readonly kind: PathKind;
  /** A container, or a machine. */
  readonly from: string;
  /** A container, machine or service; the name that is resolved; or a URL. */
  readonly to: string;
}

/** A time without answers. All times are milliseconds since the start of the measurement. */
export interface Outage {
  /** The first request without an answer. */
  readonly from: number;
  /** The first request with an answer; absent if all failed until the end. */
  readonly to?: number;
  /** The reasons of failed requests: `no answer`, `ECONNREFUSED`, `sender down`. */
  readonly because: readonly string[];
}

/** Milliseconds from requests to answers. */
export interface Latencies {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The outcome of one path. */
export interface PathResult extends MeasuredPath {
  readonly sent: number;
  readonly answered: number;
  /** Requests without an answer within 0.9 s. */
  readonly lost: number;
  /** Requests that the kernel or the other side refused, or that had no sender. */
  readonly failed: number;
  /** Answers that came twice. */
  readonly duplicated: number;
  /** Answers that came after more than 0.9 s. They count as lost. */
  readonly late: number;
  /** The times at which the long-lived connection broke. */
  readonly broken: readonly number[];
  /** Milliseconds of the longest time between two answered requests. */
  readonly longestGap: number;
  readonly outages: readonly Outage[];
  /** Before the first fault, during faults, and after the last one. Absent without answers. */
  readonly latencies: {
    readonly before?: Latencies;
    readonly during?: Latencies;
    readonly after?: Latencies;
  };
}

/** A fault during the measurement. */
export interface FaultWindow {
  readonly title: string;
  /** Its injection began. */
  readonly from: number;
  /** It was completely injected. Absent if the injection failed. */
  readonly active?: number;
  /** It was completely undone; absent if it existed at the end of the measurement. */
  readonly to?: number;
}

/** The layers of a cluster, from recorded state to symptoms. */
export const measuredLayers = [
  'engines',
  'store or managers',
  'gossip',
  'networks',
  'kernel tables',
  'services',
  'names',
  'packets',
  'application',
] as const;
export type MeasuredLayer = (typeof measuredLayers)[number];

/** A state of a layer in one check. */
export type LayerState = 'correct' | 'wrong' | 'not-examined';

/** A layer, as the checks after the faults saw it. */
export interface LayerResult {
  readonly layer: MeasuredLayer;
  /** One for each check: when it ended, and its result. */
  readonly states: readonly { readonly at: number; readonly state: LayerState }[];
  /** The end of the first check from which on the layer was correct. Absent if it was wrong or unexamined at the end. */
  readonly correctAt?: number;
}

/** A finding of the last check. */
export interface LeftFinding {
  readonly code: DiagnosisCode;
  readonly where: string;
  readonly summary: string;
}

/** An event of an engine, a container or a connection. */
export interface MeasuredEvent {
  readonly at: number;
  /** A machine. */
  readonly machine: string;
  readonly text: string;
}

/** The result of a measurement, as data. */
export interface MeasurementReport {
  readonly version: 1;
  readonly topology: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly faults: readonly FaultWindow[];
  readonly paths: readonly PathResult[];
  readonly layers: readonly LayerResult[];
  readonly events: readonly MeasuredEvent[];
  /** The layer that was correct last; absent if one never was. */
  readonly lastLayer?: { readonly layer: MeasuredLayer; readonly at: number };
  /** Everything that was still broken at the end. */
  readonly neverRecovered: {
    readonly paths: readonly MeasuredPath[];
    readonly layers: readonly MeasuredLayer[];
    /** The findings of the last check. */
    readonly findings: readonly LeftFinding[];
    /** Present if the last check could not complete. */
    readonly unknown?: string;
  };
  /** Paths and machines that were not measured, each with the reason. */
  readonly unmeasured: readonly string[];
}
