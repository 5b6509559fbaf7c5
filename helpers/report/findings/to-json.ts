import { lineOf } from '../../check/model/command.ts';
import { needsRoot, type Remedy } from '../../check/model/diagnosis.ts';
import { diagnosisTitles, pageOf } from '../../check/model/codes.ts';
import { type MissingBecause, valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { type AuditDocument, auditDocument, documentVersion } from './audit-document.ts';
import { mapCluster } from '../text/cluster-map.ts';
import { matrixOf } from '../text/path-matrix.ts';

/**
 * Converts a report into a document that docs/check.schema.json describes. It leaves out data of containers beyond names
 * and endpoints, because their environment may contain passwords.
 */
export function toJson(report: AuditReport): AuditDocument {
  const { target, startedAt, milliseconds, verdict, diagnoses, checks, coverage, observation } =
    report;
  const paths = valueOf(observation.paths);
  const hosts = observation.hosts.map(({ name }) => name);
  const document = {
    version: documentVersion,
    target,
    kind: observation.kind,
    startedAt,
    milliseconds,
    verdict,
    diagnoses: diagnoses.map((one) => ({
      ...one,
      remedy: one.remedy && describeRemedy(one.remedy),
      title: diagnosisTitles[one.code],
      page: pageOf(one.code),
    })),
    checks: checks.map((one) =>
      one.state === 'skipped' ? { ...one, because: reasons[one.because] } : one,
    ),
    coverage,
    cluster: mapCluster(observation),
    paths: paths === undefined ? [] : matrixOf(paths, hosts),
    leftovers: observation.leftovers,
  };
  // As a reader parses it: without undefined values, and without fields that the schema lacks.
  return auditDocument.parse(JSON.parse(JSON.stringify(document)));
}

/** The document's words for the reasons why a comparison was skipped. */
const reasons = {
  'not-applicable': 'inapplicable',
  'not-requested': 'unasked',
  failed: 'impossible',
} as const satisfies Record<MissingBecause, string>;

function describeRemedy(remedy: Remedy) {
  const { commands } = remedy;
  return {
    ...remedy,
    command: commands.length === 0 ? undefined : lineOf(commands),
    asRoot: needsRoot(remedy),
  };
}
