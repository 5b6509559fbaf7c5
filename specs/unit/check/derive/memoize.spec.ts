import { expect, test } from 'vitest';
import { memoize } from '../../../../helpers/check/derive/memoize.ts';
import { observationOf } from '../observation.ts';

test('Data derived from an observation is computed once for each observation', () => {
  let times = 0;
  const count = memoize(() => {
    times += 1;
    return times === 1 ? undefined : times;
  });
  const [one, other] = [observationOf({}), observationOf({})];
  expect([count(one), count(one), count(other), count(other), count(one)]).toEqual([
    undefined,
    undefined,
    2,
    2,
    undefined,
  ]);
});
