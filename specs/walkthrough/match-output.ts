/** The patterns of the kinds of placeholders. */
const KINDS: Readonly<Record<string, string>> = {
  id: '[0-9a-f]{12}',
  'long id': '[0-9a-f]{64}',
  ip: '\\d{1,3}(?:\\.\\d{1,3}){3}',
  number: '\\d+(?:\\.\\d+)?',
  mac: '(?:[0-9a-f]{2}:){5}[0-9a-f]{2}',
  'swarm id': '[0-9a-z]{25}',
  path: '/\\S*',
  version: '\\d+\\.\\d+\\.\\d+\\S*',
};

/** The values of named placeholders so far, by the whole placeholder. They stay the same. */
export type Seen = Map<string, string>;

/**
 * Returns the difference between an output and the expected one; undefined if they match.
 *
 * All lines and all words must exist, in order and with their case. Placeholders such as `<id>` and `<number>` match
 * any value of their kind; `<id of my-net>` matches the same value everywhere. The number of spaces between columns
 * depends on their content and is ignored, like spaces at the end of a line.
 */
export function differenceOf(expected: string, actual: string, seen: Seen): string | undefined {
  if (actual !== '' && !actual.endsWith('\n')) return 'the last line has no line break';
  const [wanted, got] = [linesOf(expected), linesOf(actual)];
  for (const [index, line] of wanted.entries()) {
    const found = got[index];
    if (found === undefined) return `line ${index + 1} is missing: ${line}`;
    if (!matches(line, found, seen)) {
      return `line ${index + 1}:\n  expected ${fill(line, seen)}\n  actual   ${found}`;
    }
  }
  const more = got[wanted.length];
  return more === undefined ? undefined : `line ${wanted.length + 1} is unexpected: ${more}`;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

const PLACEHOLDER = /<([a-z ]+?)(?: of ([\w-]+))?>/g;

function matches(line: string, actual: string, seen: Seen): boolean {
  const expected = line.trimEnd();
  const names: string[] = [];
  let pattern = '';
  let end = 0;
  for (const { 0: whole, 1: kind = '', 2: name, index } of expected.matchAll(PLACEHOLDER)) {
    const stands = KINDS[kind];
    if (stands === undefined) throw new Error(`unknown placeholder ${whole}`);
    pattern += `${literal(expected.slice(end, index))}${name === undefined ? stands : named(whole, stands)}`;
    end = index + whole.length;
  }
  const match = new RegExp(`^${pattern}${literal(expected.slice(end))} *$`).exec(actual);
  if (match === null) return false;
  for (const [index, name] of names.entries()) seen.set(name, match[index + 1] ?? '');
  return true;

  function named(whole: string, stands: string): string {
    const known = seen.get(whole);
    if (known !== undefined) return literal(known);
    const before = names.indexOf(whole);
    if (before >= 0) return `\\${before + 1}`;
    names.push(whole);
    return `(${stands})`;
  }
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/ {2,}/g, ' {2,}');
}

/** Replaces placeholders in a line with their known values. */
function fill(line: string, seen: Seen): string {
  return line.replace(PLACEHOLDER, (whole) => seen.get(whole) ?? whole);
}
