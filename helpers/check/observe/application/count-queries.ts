/** How often the application is asked at most. */
const TIMES = 5;

/**
 * How many queries a database runs while the application is asked, without those that counting itself costs: its client asks
 * a thing or two as it connects. Others who read meanwhile, another check for one, only add to what counting seems to cost;
 * so the least that was seen is what it costs, and it is asked again before nothing is taken for the answer.
 */
export async function countQueries({
  count,
  ask,
}: {
  readonly count: () => Promise<number>;
  readonly ask: () => Promise<unknown>;
}): Promise<number> {
  let cost = Number.POSITIVE_INFINITY;
  let queries = 0;
  for (let times = 0; times < TIMES && queries <= 0; times += 1) {
    const first = await count();
    const before = await count();
    cost = Math.min(cost, before - first);
    await ask();
    queries = (await count()) - before - cost;
  }
  return queries;
}
