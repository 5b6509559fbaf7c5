import { lineOf } from '../../check/model/command.ts';
import { needsRoot, type Remedy } from '../../check/model/diagnosis.ts';
import { diagnosisTitles, pageOf } from '../../check/model/codes.ts';
import { whatWasSeen } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { type AuditDocument, auditDocument, documentVersion } from './audit-document.ts';
import { mapCluster } from '../text/cluster-map.ts';
import { matrixOf } from '../text/path-matrix.ts';

/**
 * An audit as a document that docs/check.schema.json describes. What engines say of containers beyond their names and
 * ends (their environment, say, which may hold passwords) is not in it.
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
  // As it will be read: without what is undefined, and without what the schema does not name.
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
