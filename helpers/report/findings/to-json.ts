import { samplesOf } from '../../check/derive/sampling.ts';
import { lineOf } from '../../check/model/command.ts';
import { needsRoot, type Action } from '../../check/model/diagnosis.ts';
import { diagnosisTitles, pageOf } from '../../check/model/codes.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { type AuditDocument, auditDocument, documentVersion } from './audit-document.ts';
import { mapCluster } from '../text/cluster-map.ts';
import { matrixOf } from '../text/path-matrix.ts';

/**
 * Converts a report into a document that docs/check.schema.json describes. It leaves out data of containers beyond names
 * and endpoints, because their environment may contain passwords.
 */
export function toJson(report: AuditReport): AuditDocument {
  const {
    target,
    startedAt,
    milliseconds,
    verdict,
    diagnoses,
    comparisons,
    coverage,
    notes,
    observation,
  } = report;
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
      action: one.action && describeAction(one.action),
      title: diagnosisTitles[one.code],
      page: pageOf(one.code),
    })),
    comparisons,
    coverage,
    notes,
    cluster: mapCluster(observation),
    paths: paths === undefined ? [] : matrixOf(paths, hosts),
    samples: samplesOf(observation),
    notRemoved: observation.notRemoved,
  };
  // As a reader parses it: without undefined values, and without fields that the schema lacks.
  return auditDocument.parse(JSON.parse(JSON.stringify(document)));
}

function describeAction(action: Action) {
  const { commands } = action;
  return {
    ...action,
    command: commands.length === 0 ? undefined : lineOf(commands),
    asRoot: needsRoot(action),
  };
}
