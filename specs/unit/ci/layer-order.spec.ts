import { describe, expect, test } from 'vitest';
import { explainOrder } from '../../../.ci/layer-order.ts';

const orders = [
  { folder: 'helpers', order: ['report', 'check', 'process'] },
  { folder: 'helpers/check', order: ['.', 'observe', 'model'] },
];

describe('The order of layers', () => {
  test.each([
    ['helpers/report/a.ts', 'helpers/process/b.ts'],
    ['helpers/check/audit.ts', 'helpers/check/model/b.ts'],
    ['helpers/check/observe/a.ts', 'helpers/check/observe/deep/b.ts'],
    ['specs/a.ts', 'helpers/check/model/b.ts'],
  ])('lets %s import %s', (file, target) => {
    expect(explainOrder(file, target, orders)).toBeUndefined();
  });

  test.each([
    ['helpers/process/a.ts', 'helpers/report/b.ts', /process must not import from report/],
    ['helpers/check/model/a.ts', 'helpers/check/observe/b.ts', /model must not import from obs/],
    ['helpers/check/model/a.ts', 'helpers/check/audit.ts', /model must not import from \./],
    ['helpers/process/a.ts', 'specs/b.ts', /must not import from specs/],
    ['helpers/new/a.ts', 'helpers/process/b.ts', /new is not in the list/],
  ])('forbids %s to import %s', (file, target, message) => {
    expect(explainOrder(file, target, orders)).toMatch(message);
  });
});
