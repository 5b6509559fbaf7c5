/**
 * Chooses as many as `most`, one for each key in turn. Each key starts at another place of its list, so that keys with the
 * same list choose different parts of it. The same list gives the same choice.
 */
export function chooseInTurns<T>(
  all: readonly T[],
  keyOf: (one: T) => unknown,
  most: number,
): readonly T[] {
  if (all.length <= most) return all;
  const lists = [...Map.groupBy(all, keyOf).values()].map((list, index, { length }) => {
    const start = Math.floor((index * list.length) / length);
    return [...list.slice(start), ...list.slice(0, start)];
  });
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const chosen: T[] = [];
  for (let turn = 0; turn < longest && chosen.length < most; turn += 1) {
    chosen.push(...lists.flatMap((list) => list.slice(turn, turn + 1)));
  }
  return chosen.slice(0, most);
}
