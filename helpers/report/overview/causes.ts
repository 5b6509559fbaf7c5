import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { auditDocument } from '../findings/audit-document.ts';
import { auditName } from '../results/evidence.ts';
import { readAttachment, type WrittenResult } from '../results/read-results.ts';
import { topologyOf } from '../results/labels/topology-label.ts';

const auditFound = auditDocument.pick({ diagnoses: true, verdict: true });

/** A finding of an audit, as the audit's document has it. */
export type Finding = z.infer<typeof auditFound>['diagnoses'][number];

/** A finding, and the failed tests whose audits have it. */
export interface Cause {
  readonly finding: Finding;
  readonly topology: string | undefined;
  readonly failures: number;
}

/** The causes that audits of failed tests found. */
export interface Causes {
  /** Each finding once, those of most failures first. */
  readonly causes: readonly Cause[];
  /** Failed tests after which an audit found nothing. */
  readonly unexplained: number;
}

/** The findings of a failed test's audit; undefined when there was no audit that came to an end. */
export function readFindings(audit: string | undefined): readonly Finding[] | undefined {
  return auditFound.safeParse(parseJson(audit ?? '')).data?.diagnoses;
}

/** Reads the audits that were taken when tests had failed. */
export function findCauses(
  failures: readonly WrittenResult[],
  read: (result: WrittenResult) => string | undefined = (one) => readAttachment(one, auditName),
): Causes {
  const causes = new Map<string, Cause>();
  let unexplained = 0;
  for (const failure of failures) {
    const findings = readFindings(read(failure));
    if (findings?.length === 0) unexplained += 1;
    const topology = topologyOf(failure);
    for (const finding of findings ?? []) {
      const key = JSON.stringify([topology, finding.code, finding.where]);
      const known = causes.get(key);
      causes.set(key, { finding, topology, failures: (known?.failures ?? 0) + 1 });
    }
  }
  return {
    causes: [...causes.values()].toSorted((one, other) => other.failures - one.failures),
    unexplained,
  };
}
