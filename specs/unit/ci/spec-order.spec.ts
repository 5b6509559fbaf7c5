import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareSpecs, longest, unitSpecs } from '../../spec-order.ts';

const specs = join(import.meta.dirname, '../..');
const pathOf = (name: string) => join(specs, `${name}.spec.ts`);

test('the spec files that a run begins with exist', () => {
  expect(longest.filter((name) => name !== unitSpecs && !existsSync(pathOf(name)))).toEqual([]);
});

test('a run begins with the longest spec files, and keeps the tutorial in order', () => {
  const names = [
    'seed/name-and-ping',
    'cli/doctor',
    'unit/ci/spec-order',
    'machine-cli/words',
    'topology/interrupted',
    'seed/keystore',
    'diagnosis/swarm-mode',
  ];
  expect(names.map(pathOf).toSorted(compareSpecs)).toEqual(
    [
      'seed/keystore',
      'seed/name-and-ping',
      'diagnosis/swarm-mode',
      'unit/ci/spec-order',
      'topology/interrupted',
      'machine-cli/words',
      'cli/doctor',
    ].map(pathOf),
  );
});
