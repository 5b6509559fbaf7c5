import { expect, test } from 'vitest';
import { memoize } from '../../../../helpers/check/derive/memoize.ts';
import { observationOf } from '../observation.ts';

test('What follows from an observation is found out once, and anew for another one', () => {
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
