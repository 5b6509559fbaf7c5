import type { HistoryDataPoint, HistoryTestResult, TestStatus } from '@allurereport/core-api';
import type { DiagnosisCode } from '../../check/model/codes.ts';
import type { Finding } from './causes.ts';
import type { KnownIssue } from '../results/known-issues.ts';
import type { RanOn } from '../results/labels/environment-info.ts';

/** A defect of the cluster that was found when a spec had failed. */
export interface FoundDefect {
  readonly code: DiagnosisCode;
  /** In words: "master-host → worker-host". */
  readonly place: string;
  /** The finding in the audit's document; absent if only a message names the code. */
  readonly finding?: Finding;
}

/** The outcome of a spec, a set-up or a teardown, for the overview. */
export interface RunResult {
  /** The report shows it at `#id`. */
  readonly id: string;
  readonly historyId: string | undefined;
  readonly name: string;
  /** Its place in the report: "etcd: Keystore". */
  readonly where: string;
  /** The spec file; undefined for a set-up, a teardown, or a failure outside all files. */
  readonly file: string | undefined;
  readonly topology: string | undefined;
  /** True if it is a set-up or a teardown. */
  readonly around: boolean;
  /** The phase, such as `teardown`; undefined for a spec. */
  readonly phase: string | undefined;
  readonly status: TestStatus;
  /** The first line of why. */
  readonly message: string;
  /** Milliseconds since the epoch, and milliseconds. */
  readonly start: number | undefined;
  readonly duration: number | undefined;
  /** Allure's rule: fails now, passed before, and failed before that, within five runs. */
  readonly flaky: boolean;
  /** The kind of thing that went wrong, as the report's categories have it. */
  readonly category: string | undefined;
  readonly defects: readonly FoundDefect[];
  /** The topology as the audit saw it when it had failed, as SVG. */
  readonly topologyPicture: string | undefined;
  readonly issue: KnownIssue | undefined;
  readonly ranOn: RanOn | undefined;
  /** The pictures of a set-up, as SVG. */
  readonly pictures: readonly { readonly name: string; readonly svg: string }[];
  /** The outcomes of earlier runs, the last one first. */
  readonly earlier: readonly HistoryTestResult[];
}

/** A whole run with those before it, the last one first. */
export interface Run {
  readonly results: readonly RunResult[];
  readonly earlier: readonly HistoryDataPoint[];
  /** The environment of the run: system, kernel, Node.js. */
  readonly surroundings: ReadonlyMap<string, string>;
}

export function isBad(status: TestStatus | undefined): boolean {
  return status === 'failed' || status === 'broken';
}
