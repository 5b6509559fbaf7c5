import { expect, test } from 'vitest';
import { endOfCheck } from '../../../../../helpers/cli/overlay-e2e/check/end-of-check.ts';
import { brokenReport, reportOf } from '../../../report/findings/reports.ts';

test('a healthy check suggests no next command', () => {
  expect(endOfCheck(reportOf(2), {}, ['check'])).toEqual([]);
});

test('a check with findings suggests the same command, and the page of the first finding', () => {
  const report = brokenReport();
  const lines = endOfCheck(report, { junit: 'junit.xml' }, [
    'check',
    '--engine',
    'tcp://10.0.0.1:2376',
  ]);
  expect(lines.slice(0, 2)).toEqual(['', 'report: junit.xml']);
  expect(lines[2]).toMatch(
    /^next: npx overlay-e2e check --engine tcp:\/\/10\.0\.0\.1:2376( --fix)? {3}\w/,
  );
  expect(lines[3]).toMatch(`docs/diagnoses/${report.diagnoses[0]?.code}.md`);
});
