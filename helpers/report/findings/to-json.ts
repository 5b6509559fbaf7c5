import { lineOf } from '../../check/model/command.ts';
import { needsRoot, type Remedy } from '../../check/model/diagnosis.ts';
import { diagnosisTitles, pageOf } from '../../check/model/codes.ts';
import { whatWasSeen } from '../../check/model/observed.ts';
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
  const paths = whatWasSeen(observation.paths);
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
    checks,
    coverage,
    cluster: mapCluster(observation),
    paths: paths === undefined ? [] : matrixOf(paths, hosts),
    leftovers: observation.leftovers,
  };
  // As a reader parses it: without undefined values, and without fields that the schema lacks.
  return auditDocument.parse(JSON.parse(JSON.stringify(document)));
}

function describeRemedy(remedy: Remedy) {
  const { commands } = remedy;
  return {
    ...remedy,
    command: commands.length === 0 ? undefined : lineOf(commands),
    asRoot: needsRoot(remedy),
  };
}
