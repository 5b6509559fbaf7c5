import type { TestResult } from '@allurereport/core-api';
import { expect, test } from 'vitest';
import { withTestsOnly } from '../../../../helpers/report/run/count-tests.ts';

const result = (id: string, fullName: string, status: string) =>
  ({ id, fullName, status, transition: 'new' }) as unknown as TestResult;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const read = (data: ReadonlyMap<string, Buffer>, name: string) =>
  JSON.parse(data.get(name)?.toString() ?? '') as unknown;

const data = new Map([
  ['widgets/statistic.json', json({ total: 3, new: 3, passed: 2, failed: 1 })],
  [
    'widgets/pie_chart.json',
    json({
      slices: [
        { status: 'passed', count: 2 },
        { status: 'failed', count: 1 },
      ],
      percentage: 66,
    }),
  ],
  ['widgets/nav.json', json(['up', 'good', 'bad'])],
  ['widgets/timeline.json', json([{ id: 'up' }, { id: 'good' }, { id: 'bad' }])],
  [
    'widgets/tree.json',
    json({
      root: { groups: ['tutorial'], leaves: [] },
      groupsById: {
        tutorial: { groups: ['set-up', 'tests'], statistic: { total: 3, passed: 2, failed: 1 } },
        'set-up': { leaves: ['up'], statistic: { total: 1, passed: 1 } },
        tests: { leaves: ['good', 'bad'], statistic: { total: 2, passed: 1, failed: 1 } },
      },
    }),
  ],
]);
const tests = [result('good', 'specs/a.spec.ts#good', 'passed'), result('bad', 'x', 'failed')];

test('a successful set-up is in no count and no list', () => {
  const left = withTestsOnly(data, [...tests, result('up', 'around the specs: Set up', 'passed')]);
  expect(read(left, 'widgets/statistic.json')).toEqual({ total: 2, new: 2, passed: 1, failed: 1 });
  expect(read(left, 'widgets/pie_chart.json')).toMatchObject({ percentage: 50 });
  expect(read(left, 'widgets/nav.json')).toEqual(['good', 'bad']);
  expect(read(left, 'widgets/timeline.json')).toEqual([{ id: 'good' }, { id: 'bad' }]);
  expect(read(left, 'widgets/tree.json')).toMatchObject({
    root: { groups: ['tutorial'] },
    groupsById: {
      tutorial: { groups: ['tests'], statistic: { total: 2, passed: 1, failed: 1 } },
    },
  });
  expect(read(left, 'widgets/tree.json')).not.toHaveProperty('groupsById.set-up');
});

test('a failed set-up is counted, as on the terminal', () => {
  expect(withTestsOnly(data, [...tests, result('up', 'around the specs: Set up', 'broken')])).toBe(
    data,
  );
});
