import { expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { redactObservation } from '../../../../helpers/check/bundle/redact-observation.ts';
import { toMobyIssue } from '../../../../helpers/report/findings/to-moby-issue.ts';
import { observations } from '../../check/bundle/fixtures.ts';
import { brokenReport, forwardingMissing, secret } from './reports.ts';

const code = 'forwarding-entry-missing';

test('An issue has the headings of moby’s form, in its order', () => {
  const text = toMobyIssue(brokenReport(), code);
  expect(text.match(/^### .*$/gm)).toEqual([
    '### Description',
    '### Reproduce',
    '### Expected behavior',
    '### docker version',
    '### docker info',
    '### Additional Info',
  ]);
});

test('An issue has versions, the finding and its evidence, and no secret', () => {
  const text = toMobyIssue(brokenReport(), code);
  expect(text).toContain('```bash\n# master-host\nServer: 20.10.5+dfsg1\n');
  expect(text).toContain('Kernel Version: ');
  expect(text).toContain('- expected: `');
  expect(text).toContain('mysqlserver');
  expect(text).not.toContain(secret.split('=')[1]);
});

test('An issue about many findings with one code has five of them, and the number of the others', () => {
  const diagnoses = Array.from({ length: 7 }, () => forwardingMissing);
  const text = toMobyIssue({ ...brokenReport(), diagnoses }, code);
  expect(text.match(/^- expected/gm)).toHaveLength(5);
  expect(text).toMatch(/And 2 alike\.$/);
});

test('An issue of a bundle without names has none', () => {
  const observation = observations['two hosts with a missing forwarding entry'];
  if (observation === undefined) throw new Error('no such observation');
  const report = {
    startedAt: '2026-11-27T18:30:00.000Z',
    milliseconds: 1,
    ...diagnoseObservation(redactObservation(observation, ['names'])),
  };
  const [first] = report.diagnoses;
  if (first === undefined) throw new Error('no finding');
  const text = toMobyIssue(report, first.code);
  expect(text).toContain('# name-');
  expect(text).not.toContain('master-host');
});
