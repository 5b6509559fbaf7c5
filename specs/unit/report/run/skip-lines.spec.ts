import { expect, test } from 'vitest';
import { skipLines } from '../../../../helpers/report/run/skip-lines.ts';

test('skipLines counts the tests of each reason, and omits tests that never ran', () => {
  expect(
    skipLines([
      skipped('skipped: no ssh on PATH; it runs in the workflow push'),
      { name: 'it', fullName: 'b', status: 'passed' },
      skipped('skipped: no ssh on PATH; it runs in the workflow push'),
      skipped('not run: a hook of its file failed'),
    ]),
  ).toEqual(['- 2 skipped: no ssh on PATH; it runs in the workflow push']);
});

function skipped(message: string) {
  return { name: 'it', fullName: 'a', status: 'skipped', statusDetails: { message } } as const;
}
