import { createHash } from 'node:crypto';
import { diagnosisTitles } from '../../check/model/codes.ts';
import { lineOf } from '../../check/model/command.ts';
import { type Place, placeInWords } from '../../check/model/difference.ts';
import { type Diagnosis, identityOf } from '../../check/model/diagnosis.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { ownVersion } from '../../process/own-version.ts';
import { printable, printableJson } from '../../process/text/printable.ts';
import { headlineOf } from '../text/headline.ts';
import { notExamined } from '../text/not-examined.ts';

/**
 * Converts a report into a log in SARIF 2.1.0: a result for each finding, a notification for each unexamined part. Findings
 * are about hosts and networks, not about files: their locations are logical.
 */
export function toSarif(report: AuditReport): string {
  const { startedAt, milliseconds, verdict, diagnoses, coverage } = report;
  const codes = [...new Set(diagnoses.map(({ code }) => code))];
  const end = new Date(Date.parse(startedAt) + milliseconds).toISOString();
  const log = {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'overlay-e2e',
            version: ownVersion(),
            rules: codes.map((id) => ({
              id,
              shortDescription: { text: diagnosisTitles[id] },
              defaultConfiguration: { level: 'error' },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: verdict !== 'incomplete',
            startTimeUtc: startedAt,
            endTimeUtc: end,
            toolExecutionNotifications: [
              ...(verdict === 'incomplete' ? [notify('error', headlineOf(report))] : []),
              ...notExamined(coverage).map((one) => notify('note', `not examined: ${one}`)),
            ],
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: diagnoses.map((one) => resultOf(one, codes.indexOf(one.code))),
      },
    ],
  };
  return `${printableJson(log, 2)}\n`;
}

function notify(level: 'error' | 'note', text: string) {
  return { level, message: { text: printable(text) } };
}

function resultOf(diagnosis: Diagnosis, ruleIndex: number) {
  const { code, where, summary, evidence, action } = diagnosis;
  const lines = [
    summary,
    ...evidence.map(({ text }) => text).filter((text) => !summary.includes(text)),
    ...(action === undefined ? [] : [action.effect]),
    ...(action === undefined || action.commands.length === 0 ? [] : [lineOf(action.commands)]),
  ];
  return {
    ruleId: code,
    ruleIndex,
    level: 'error',
    message: { text: lines.map(printable).join('\n') },
    locations: [{ logicalLocations: [logicalLocation(where)] }],
    // The same finding has the same fingerprint in each check.
    partialFingerprints: {
      'codeAndLocation/v1': createHash('sha256').update(identityOf(diagnosis)).digest('hex'),
    },
  };
}

function logicalLocation(where: Place) {
  const { host, network, service, container } = where;
  return {
    name: printable(container ?? service ?? host ?? network ?? 'the cluster'),
    fullyQualifiedName: printable(placeInWords(where)),
    kind: 'resource',
  };
}
