import { expect, test } from 'vitest';
import { issueOf, readKnownIssues } from '../../../../helpers/report/results/known-issues.ts';

const issue = { repository: 'moby/moby', number: 1, title: 'it breaks', means: 'wait' };

test('the tracked list is valid and has each issue once', () => {
  const names = readKnownIssues().map(({ repository, number }) => `${repository}#${number}`);
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  ['no way to know it by', issue, 'has neither says nor diagnoses'],
  [
    'a repository without an owner',
    { ...issue, says: 'x', repository: 'moby' },
    'is not owner/name',
  ],
  ['an invalid regular expression', { ...issue, says: '(' }, 'is not a regular expression'],
  ['one that everything matches', { ...issue, says: '' }, 'is not a regular expression'],
  ['an unknown code', { ...issue, diagnoses: ['vxlan-tired'] }, 'diagnoses'],
  ['an unknown field', { ...issue, says: 'x', saying: 'y' }, 'saying'],
])('an issue with %s is rejected', (_, one, said) => {
  expect(() => readKnownIssues(JSON.stringify([one]))).toThrow(said);
});

test('a skip for ZooKeeper belongs to the issue of libnetwork; another reason to none', () => {
  const issues = readKnownIssues();
  const reason =
    'Docker 20.10 exits when the first container joins an overlay in ZooKeeper (a defect of Docker)';
  expect(issueOf(issues, reason, [])?.number).toBe(2006);
  expect(issueOf(issues, 'this kernel has no IPVS', [])).toBeUndefined();
  // The codes of a check take precedence over the message of the test.
  expect(issueOf(issues, 'no answer', ['forwarding-entry-missing'])?.number).toBe(52661);
});
