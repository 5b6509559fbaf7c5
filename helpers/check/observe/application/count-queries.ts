import type { StatementCounts } from '../../../workload/car-in-database.ts';

/** How often the application is asked at most: an odd number, for the majority to decide. */
const ROUNDS = 3;

/**
 * Counts the queries that a database runs while the application is asked: all SELECTs without those of checks, this one and
 * any other at the same time. Each session of a check costs as many, which is measured while the application is not asked.
 * A session may be half over when it is counted, so the middle of three rounds counts, unless two are the same.
 */
export async function countQueries({
  count,
  ask,
}: {
  readonly count: () => Promise<StatementCounts>;
  readonly ask: () => Promise<unknown>;
}): Promise<number> {
  let cost = Number.POSITIVE_INFINITY;
  const rounds: number[] = [];
  while (rounds.length < ROUNDS) {
    const first = await count();
    const before = await count();
    cost = Math.min(cost, selectsBetween(first, before) / sessionsBetween(first, before));
    await ask();
    const after = await count();
    rounds.push(selectsBetween(before, after) - cost * sessionsBetween(before, after));
    if (rounds.length === 2 && rounds[0] === rounds[1]) break;
  }
  return rounds.toSorted((one, other) => one - other)[1] ?? 0;
}

function selectsBetween(before: StatementCounts, after: StatementCounts): number {
  return after.selects - before.selects;
}

function sessionsBetween(before: StatementCounts, after: StatementCounts): number {
  return after.sessions - before.sessions;
}
