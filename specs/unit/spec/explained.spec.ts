import { expect, test } from 'vitest';
import type { AuditReport } from '../../../helpers/check/model/report.ts';
import { findExplained, rememberFindings } from '../../../helpers/spec/explained.ts';

const reportOf = (...codes: string[]) =>
  ({ diagnoses: codes.map((code) => ({ code, summary: 'it is so' })) }) as unknown as AuditReport;

test('a finding about the cluster explains the failures of later tests', () => {
  rememberFindings('/store/a', 'the first', reportOf('container-down', 'vxlan-blocked'));
  expect(findExplained('/store/a')).toMatchObject({
    test: 'the first',
    because: 'vxlan-blocked: it is so',
  });
  expect(findExplained('/store/b')).toBeUndefined();
});

test.each([[[]], [['container-down', 'application-error']]])(
  'findings %j, which a test may have caused itself, explain no failures',
  (codes) => {
    rememberFindings('/store/c', 'the first', reportOf(...codes));
    expect(findExplained('/store/c')).toBeUndefined();
  },
);
