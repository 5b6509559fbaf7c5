import { expect, test } from 'vitest';
import { type SkipCode, skipLabel } from '../../../../helpers/report/results/labels/skip-label.ts';
import { skipLines } from '../../../../helpers/report/run/skip-lines.ts';

test('skipLines counts the tests of each reason, and omits tests that never ran', () => {
  expect(
    skipLines([
      skipped('with-reason', 'no ssh on PATH; it runs in the workflow push'),
      { name: 'it', fullName: 'b', status: 'passed' },
      skipped('with-reason', 'no ssh on PATH; it runs in the workflow push'),
      skipped('hook-failed', 'not run: a hook of its file failed'),
      // The words of a reason decide nothing.
      skipped('hook-failed', 'skipped: by its hook'),
      skipped('without-reason', 'skipped in its file, no reason given'),
    ]),
  ).toEqual([
    '- 2 skipped: no ssh on PATH; it runs in the workflow push',
    '- 1 skipped: skipped in its file, no reason given',
  ]);
});

function skipped(code: SkipCode, message: string) {
  const labels = [{ name: skipLabel, value: code }];
  return {
    name: 'it',
    fullName: 'a',
    status: 'skipped',
    statusDetails: { message },
    labels,
  } as const;
}
