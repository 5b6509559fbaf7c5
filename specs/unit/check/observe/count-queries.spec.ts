import { expect, test } from 'vitest';
import { countQueries } from '../../../../helpers/check/observe/application/count-queries.ts';

/** The number of SELECTs of each session of a check: one of its client and one of the count. */
const COST = 2;

/**
 * Returns a database with this number of sessions of another check before each count, and an application with its
 * queries.
 */
function database(others: readonly number[], own: number) {
  const rest = [...others];
  let [selects, sessions] = [100, 7];
  return {
    count: async () => {
      const added = 1 + (rest.shift() ?? 0);
      sessions += added;
      selects += added * COST;
      return await Promise.resolve({ selects, sessions, selectsOfSession: COST });
    },
    ask: async () => {
      selects += own;
      return await Promise.resolve();
    },
  };
}

test('the queries of an application do not include those of the counting session', async () => {
  expect(await countQueries(database([], 3))).toBe(3);
  expect(await countQueries(database([], 0))).toBe(0);
});

test.each([[[0, 5, 0, 0, 5, 0]], [[0, 0, 5, 0, 0, 5]], [[1, 1, 1, 1, 1, 1]]])(
  'sessions of another check (%j) neither hide queries nor count as queries',
  async (others) => {
    expect(await countQueries(database(others, 2))).toBe(2);
    expect(await countQueries(database(others, 0))).toBe(0);
  },
);

test.each([
  [1, 1],
  [-1, 2],
])(
  'a session that is incomplete (%i) during a count does not change the result',
  async (more, when) => {
    for (const own of [0, 1]) {
      const { count, ask } = database([], own);
      let counted = 0;
      const half = async () => {
        const counts = await count();
        counted += 1;
        return counted === when ? { ...counts, selects: counts.selects + more } : counts;
      };
      expect(await countQueries({ count: half, ask })).toBe(own);
    }
  },
);
