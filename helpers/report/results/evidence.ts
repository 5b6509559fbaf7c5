import { attachment } from 'allure-js-commons';
import { BaseMessageTestRuntime, getGlobalTestRuntime } from 'allure-js-commons/sdk/runtime';
import { printInspection, redactSecrets } from '../../process/text/redact-secrets.ts';
import { shorten } from './step.ts';

/** Returns the receiver of a test's steps and evidence; undefined in a run without a report. */
export function reportRuntime(): BaseMessageTestRuntime | undefined {
  const runtime = getGlobalTestRuntime();
  return runtime instanceof BaseMessageTestRuntime ? runtime : undefined;
}

/** The content types of evidence that the report shows in place. */
export type EvidenceType =
  | 'text/plain'
  | 'text/markdown'
  | 'application/json'
  | 'text/html'
  | 'image/svg+xml';

/** The content types of files that readers save: a support bundle. */
export type FileType = 'application/gzip';

/** The name of the first evidence: the findings of the cluster. */
export const verdictName = 'verdict';

/** The name of the attachment with the audit's whole document. */
export const auditName = 'audit';

/** The name of the attachment that "overlay-e2e check --from" diagnoses. */
export const bundleName = 'support bundle';

/** The name of the attachment with the topology as the audit saw it. */
export const topologyPictureName = 'topology';

/** Characters of one piece of evidence that the report keeps. */
const evidenceLimit = 64_000;

/**
 * Attaches evidence to the running test, without secrets: text, anything else as indented JSON. Without a report, nothing.
 *
 *     await attach('ping transcript', reply.transcript);
 *     await attach('network inspect on master-host', network);
 */
export async function attach(name: string, content: unknown, type?: EvidenceType): Promise<void> {
  if (reportRuntime() === undefined) return;
  const { text, contentType } = printEvidence(content, type);
  await attachment(name, text, contentType);
}

/** Attaches a file to the running test. Without a report, nothing. */
export async function attachFile(
  name: string,
  content: Uint8Array,
  contentType: FileType,
): Promise<void> {
  if (reportRuntime() === undefined) return;
  await attachment(name, Buffer.from(content), { contentType, fileExtension: 'json.gz' });
}

/** Formats evidence for the report. Plain text is shortened first, which avoids inspecting the rest. */
export function printEvidence(
  content: unknown,
  type?: EvidenceType,
): { readonly text: string; readonly contentType: EvidenceType } {
  const isText = typeof content === 'string';
  const text = isText ? content : printInspection(content);
  const contentType = type ?? (isText ? 'text/plain' : 'application/json');
  const isPlain = contentType === 'text/plain';
  return { text: isPlain ? redactSecrets(shorten(text, evidenceLimit)) : text, contentType };
}
