import { expect, test } from 'vitest';
import { layOut } from '../../../../helpers/cli/progress/lay-out.ts';
import { SpecLines } from '../../../../helpers/cli/progress/spec-lines.ts';

const linesOf = (specs: SpecLines) =>
  specs
    .lines()
    .map((line) => layOut(line, 79, (_, text) => text, '~').replaceAll(/\d+\.\d s/g, 'TIME'));

test('a run of specs reports its progress and result, and the current test of each running file', () => {
  const specs = new SpecLines();
  expect(linesOf(specs)).toEqual([]);
  specs.begin(['unit', 'unit', 'seed']);
  specs.startFile('a', 'specs/unit/a.spec.ts');
  specs.collected('a', 3);
  specs.startTest('a', 'a name');
  specs.endTest('a', 'passed');
  specs.startTest('a', 'another name');
  specs.endTest('a', 'failed');
  specs.startFile('b', 'specs/seed/b.spec.ts');
  specs.collected('b', 12);
  specs.startTest('b', 'a container answers');
  expect(linesOf(specs)).toEqual([
    '~ specs  0 of 3 files, 1 passed, 1 failed  TIME',
    '  ~ unit/a.spec.ts  2 of 3  TIME',
    '  ~ seed/b.spec.ts  0 of 12, a container answers …  TIME',
  ]);
  specs.endFile('a', 'unit', true);
  expect(linesOf(specs)[0]).toBe('~ specs  1 of 3 files, 1 passed, 1 failed  TIME');
  specs.finish();
  expect(linesOf(specs)).toEqual([]);
});

test('the files of a project are reported together after the last one, with the failed ones', () => {
  const specs = new SpecLines();
  specs.begin(['unit', 'unit', 'seed']);
  for (const id of ['a', 'b', 'c']) {
    specs.startFile(id, `specs/${id}.spec.ts`);
    specs.collected(id, 2);
  }
  expect(specs.endFile('a', 'unit', true)).toBeUndefined();
  expect(specs.endFile('c', 'seed', false)).toBeUndefined();
  const end = specs.endFile('b', 'unit', false);
  expect(end?.failed).toBe(true);
  expect(end?.text).toMatch(/^\|unit\| 2 files, 1 failed \(4 tests\) \d+\.\d s$/);
});
