import type { StatementCounts } from '../../../workload/car-in-database.ts';

/** The maximum number of requests: odd, for a majority. */
const ROUNDS = 3;

/**
 * Counts the queries that a database runs during a request: all SELECTs, without those of this check and of others at the
 * same time. Another check's session may be incomplete, so the middle of three rounds counts, unless the first two are
 * equal.
 */
export async function countQueries({
  count,
  ask,
}: {
  readonly count: () => Promise<StatementCounts>;
  readonly ask: () => Promise<unknown>;
}): Promise<number> {
  const rounds: number[] = [];
  let before = await count();
  while (rounds.length < ROUNDS) {
    await ask();
    // Also the start of the next round.
    const after = await count();
    const ofChecks = (after.sessions - before.sessions) * after.selectsOfSession;
    rounds.push(after.selects - before.selects - ofChecks);
    if (rounds.length === 2 && rounds[0] === rounds[1]) break;
    before = after;
  }
  return rounds.toSorted((one, other) => one - other)[1] ?? 0;
}
