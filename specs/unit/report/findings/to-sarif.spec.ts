import official from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with {
  type: 'json',
};
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { AuditReport } from '../../../../helpers/check/model/report.ts';
import { toSarif } from '../../../../helpers/report/findings/to-sarif.ts';
import { brokenReport, forwardingMissing, reportOf } from './reports.ts';

/** The official schema of SARIF 2.1.0, in a dialect whose only differences here are these two fields. */
const { $schema: _dialect, id: _id, ...schema } = official;
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
  schema,
);

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly invocations: readonly Record<string, unknown>[];
      readonly results: readonly Record<string, unknown>[];
    },
  ];
}

function logOf(report: AuditReport): Log['runs'][0] {
  const log: unknown = JSON.parse(toSarif(report));
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  return (log as Log).runs[0];
}

function printsOf({ results }: Log['runs'][0]): unknown[] {
  return results.map((one) => one['partialFingerprints']);
}

test('The schema refuses a log without results’ messages', () => {
  const wrong = JSON.parse(toSarif(brokenReport()).replace('"message"', '"massage"')) as unknown;
  expect(validate(wrong)).toBe(false);
});

test('A finding is a result with its rule, its logical location and a stable fingerprint', () => {
  const { tool, results } = logOf(brokenReport());
  expect(tool.driver.rules.map(({ id }) => id)).toEqual(['forwarding-entry-missing']);
  expect(results).toMatchObject([
    {
      ruleId: 'forwarding-entry-missing',
      ruleIndex: 0,
      level: 'error',
      message: { text: expect.stringContaining('mysqlserver') as string },
      locations: [{ logicalLocations: [{ kind: 'resource' }] }],
    },
  ]);
  const later = { ...brokenReport(), startedAt: '2026-11-28T18:30:00.000Z' };
  expect(printsOf(logOf(later))).toEqual(printsOf(logOf(brokenReport())));
});

test('A healthy cluster has no results, and its invocation succeeded', () => {
  expect(logOf(reportOf(2))).toMatchObject({
    results: [],
    invocations: [
      {
        executionSuccessful: true,
        startTimeUtc: '2026-11-27T18:30:00.000Z',
        endTimeUtc: '2026-11-27T18:30:02.140Z',
      },
    ],
  });
});

test('An incomplete check did not succeed, and names the members that were not examined', () => {
  const coverage = { examined: 1, known: 2, unexamined: ['db'], unsupported: [] };
  const { invocations } = logOf(reportOf(2, { verdict: 'incomplete', coverage }));
  expect(invocations).toMatchObject([
    {
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: 'error' },
        { level: 'note', message: { text: 'not examined: members of the cluster: db' } },
      ],
    },
  ]);
});

test('Control characters of a hostile host are escapes', () => {
  const diagnoses = [{ ...forwardingMissing, summary: 'a\u001B[31mb', where: { host: '\u0007' } }];
  const text = toSarif({ ...brokenReport(), diagnoses });
  expect(text).toContain(String.raw`a\\x1b[31mb`);
  logOf({ ...brokenReport(), diagnoses });
});
