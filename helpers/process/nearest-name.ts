/** The name of the list that a typo most likely meant; undefined when none is near. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const [nearest] = names
    .map((name) => ({ name, distance: countEdits(typed.toLowerCase(), name.toLowerCase()) }))
    // Two typos in a word of five letters or more, one in a shorter one.
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 2.5)))
    .toSorted((one, other) => one.distance - other.distance);
  return nearest?.name;
}

/** How many letters have to be inserted, deleted, replaced or swapped with their neighbour. */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped =
        row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
          ? (beforeLast[column - 2] ?? Infinity) + 1
          : Infinity;
      current[column] = Math.min(
        (last[column] ?? Infinity) + 1,
        (current[column - 1] ?? Infinity) + 1,
        (last[column - 1] ?? Infinity) + replaced,
        swapped,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
