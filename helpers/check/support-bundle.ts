import { ownVersion } from '../process/own-version.ts';
import { diagnoseObservation } from './audit.ts';
import {
  type BundleDocument,
  bundleVersion,
  packBundle,
  readBundle,
} from './bundle/bundle-file.ts';
import { type Redaction, redactObservation } from './bundle/redact-observation.ts';
import type { AuditReport } from './model/report.ts';

type Findings = BundleDocument['findings'];

/** Returns the bytes of a support bundle: the redacted observation of a report, with its findings. */
export async function bundleOf(
  { startedAt, milliseconds, observation }: AuditReport,
  redact: readonly Redaction[] = [],
): Promise<Buffer> {
  const clean = redactObservation(observation, redact);
  return await packBundle({
    format: 'overlay-e2e support bundle',
    version: bundleVersion,
    tool: ownVersion(),
    startedAt,
    milliseconds,
    redacted: [...redact],
    findings: findingsOf(diagnoseObservation(clean)),
    observation: clean,
  });
}

/** A report of a support bundle, and the conditions under which it was recorded. */
export interface BundleReport {
  readonly report: AuditReport;
  /** The version of overlay-e2e that wrote the bundle. */
  readonly tool: string;
  /** True if this version has the same findings as the version that wrote the bundle. */
  readonly hasSameFindings: boolean;
}

/** Reads a support bundle from a file and diagnoses it. */
export async function diagnoseBundle(file: string): Promise<BundleReport> {
  const { startedAt, milliseconds, observation, tool, findings } = await readBundle(file);
  const report = { startedAt, milliseconds, ...diagnoseObservation(observation) };
  return { report, tool, hasSameFindings: identify(findingsOf(report)) === identify(findings) };
}

function identify(findings: Findings): string {
  return findings.map(({ code, where }) => JSON.stringify([code, where])).join('\n');
}

function findingsOf({ diagnoses }: Pick<AuditReport, 'diagnoses'>): Findings {
  return diagnoses.map(({ code, where, summary }) => ({
    code,
    where: Object.fromEntries(
      Object.entries(where).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    summary,
  }));
}
