import type { StatementCounts } from '../../../workload/car-in-database.ts';

/** How often the application is asked at most: an odd number, for the majority to decide. */
const ROUNDS = 3;

/**
 * Counts the queries that a database runs while the application is asked: all SELECTs without those of checks, this one and
 * any other at the same time. Another check's session may be half over when it is counted, so the middle of three rounds
 * counts, unless the first two are the same.
 */
export async function countQueries({
  count,
  ask,
}: {
  readonly count: () => Promise<StatementCounts>;
  readonly ask: () => Promise<unknown>;
}): Promise<number> {
  const rounds: number[] = [];
  while (rounds.length < ROUNDS) {
    const before = await count();
    await ask();
    const after = await count();
    const ofChecks = (after.sessions - before.sessions) * after.selectsOfSession;
    rounds.push(after.selects - before.selects - ofChecks);
    if (rounds.length === 2 && rounds[0] === rounds[1]) break;
  }
  return rounds.toSorted((one, other) => one - other)[1] ?? 0;
}
