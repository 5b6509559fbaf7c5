import { distance } from 'fastest-levenshtein';

/**
 * Returns the hint for an unknown name: similar names, or else all valid names.
 *
 * @param kind the plural of the kind of name: "topologies"
 */
export function suggestName(wrong: string, valid: readonly string[], kind: string): string {
  const names = [...new Set(valid)];
  const similar = findSimilar(wrong, names);
  if (similar.length > 0) return `Did you mean ${similar.map(quote).join(' or ')}?`;
  return names.length === 0 ? `There are no ${kind}` : `Valid ${kind}: ${names.join(', ')}`;
}

/** Returns the names with the smallest edit distance to a word; if none is close, all names that begin with it. */
export function findSimilar(wrong: string, names: readonly string[]): string[] {
  const word = wrong.toLowerCase();
  const near = names.map((name) => ({ name, edits: distance(word, name.toLowerCase()) }));
  const fewest = Math.min(...near.map(({ edits }) => edits));
  if (fewest <= Math.ceil(word.length * 0.4)) {
    return near.filter(({ edits }) => edits === fewest).map(({ name }) => name);
  }
  return word.length < 2 ? [] : names.filter((name) => name.toLowerCase().startsWith(word));
}

function quote(name: string): string {
  return `"${name}"`;
}
