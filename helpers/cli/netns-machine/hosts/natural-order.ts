/**
 * Compares names in natural order: a2 before a10. Does not use `Intl.Collator` or `localeCompare`: they take longer to
 * initialize than a whole `ls` may take.
 */
export function compareNaturally(a: string, b: string): number {
  const left = chunks(a);
  const right = chunks(b);
  for (const [index, mine] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (mine === other) continue;
    const difference = /^\d/.test(mine) && /^\d/.test(other) ? Number(mine) - Number(other) : 0;
    if (difference !== 0) return difference;
    return mine < other ? -1 : 1;
  }
  return left.length - right.length;
}

function chunks(name: string): string[] {
  return name.toLowerCase().match(/\d+|\D+/g) ?? [];
}
