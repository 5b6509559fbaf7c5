import { expect, test } from 'vitest';
import { countQueries } from '../../../../helpers/check/observe/application/count-queries.ts';

/** A database in which counting costs one query, with these of somebody else before each count; and an application. */
function database(others: readonly number[], own: number) {
  const rest = [...others];
  let run = 100;
  return {
    count: async () => {
      run += 1 + (rest.shift() ?? 0);
      return await Promise.resolve(run);
    },
    ask: async () => {
      run += own;
      return await Promise.resolve();
    },
  };
}

test('the queries of an application are those that counting itself does not cost', async () => {
  expect(await countQueries(database([], 3))).toBe(3);
  expect(await countQueries(database([], 0))).toBe(0);
});

test('queries of another check before the application is asked hide none of its own', async () => {
  // Twice, as two checks that go on beside each other met.
  expect(await countQueries(database([0, 5, 0, 0, 5, 0], 2))).toBe(2);
});
