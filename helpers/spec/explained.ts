import type { DiagnosisCode } from '../check/model/codes.ts';
import type { AuditReport } from '../check/model/report.ts';
import { cutWaits } from '../process/waits/cut-waits.ts';

/** An audit whose findings explain why tests of a cluster fail. */
export interface ExplainedFailures {
  readonly report: AuditReport;
  /** The failed test after which it was taken. */
  readonly test: string;
  /** The first finding, in a line. */
  readonly because: string;
}

/** Findings that a single test may have caused itself, with a container that it stopped: the next test may well pass. */
const ofTests: readonly DiagnosisCode[] = [
  'container-down',
  'container-misplaced',
  'published-port-unreachable',
  'application-error',
  'application-wrong-answer',
  'application-not-from-database',
  'unexplained',
];

/** Milliseconds that a test waits for a condition once a finding explains why the condition will not hold. */
const cutLimit = 5_000;

/** The audits, by the state directory of their cluster. */
const explained = new Map<string, ExplainedFailures>();

/** Remembers an audit of the cluster in a state directory if it explains further failures of this run. */
export function rememberFindings(store: string, test: string, report: AuditReport): void {
  const finding = report.diagnoses.find(({ code }) => !ofTests.includes(code));
  if (finding === undefined) return;
  explained.set(store, { report, test, because: `${finding.code}: ${finding.summary}` });
}

/** Returns the finding that explains failed tests on the cluster of a state directory. */
export function findExplained(store: string): ExplainedFailures | undefined {
  return explained.get(store);
}

/** Shortens the waits of the next test if a finding explains why they will fail. */
export function cutExplainedWaits(store: string): void {
  const found = explained.get(store);
  cutWaits(found === undefined ? undefined : { limit: cutLimit, because: found.because });
}
