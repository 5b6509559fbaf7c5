import { expect, expectTypeOf, test } from 'vitest';
import { omitUndefined } from '../../../helpers/process/omit-undefined.ts';

test('undefined fields are absent, and all other fields stay', () => {
  expect(Object.entries(omitUndefined({ a: undefined, b: null, c: '', d: 0, e: false }))).toEqual([
    ['b', null],
    ['c', ''],
    ['d', 0],
    ['e', false],
  ]);
});

test('the type says which fields may be absent', () => {
  const size: number | undefined = [1].at(0);
  const made = omitUndefined({ name: 'web', size });
  expectTypeOf(made.name).toEqualTypeOf<string>();
  expectTypeOf<{ name: string; size?: number }>().toExtend<typeof made>();
  expectTypeOf(made).toExtend<{ name: string; size?: number }>();
});
