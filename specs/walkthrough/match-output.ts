/** What the kinds of placeholders stand for. */
const KINDS: Readonly<Record<string, string>> = {
  id: '[0-9a-f]{12}',
  'long id': '[0-9a-f]{64}',
  ip: '\\d{1,3}(?:\\.\\d{1,3}){3}',
  number: '\\d+(?:\\.\\d+)?',
  'swarm id': '[0-9a-z]{25}',
  path: '/\\S*',
  version: '\\d+\\.\\d+\\.\\d+\\S*',
};

/** What placeholders with a name were seen to be, by the whole placeholder: they are the same from then on. */
export type Seen = Map<string, string>;

/**
 * Says how `actual` is another output than `expected`; undefined when it is none.
 *
 * All lines and all words must be there, in their order and with their case. `<id>`, `<number>` and the like stand for one
 * of that kind, `<id of my-net>` for the one that is the same wherever it stands. How many blanks are between two columns
 * depends on what is in them, and is not looked at; blanks at the end of a line are not either.
 */
export function differenceOf(expected: string, actual: string, seen: Seen): string | undefined {
  if (actual !== '' && !actual.endsWith('\n')) return 'the last line has no end';
  const [wanted, got] = [linesOf(expected), linesOf(actual)];
  for (const [index, line] of wanted.entries()) {
    const found = got[index];
    if (found === undefined) return `line ${index + 1} is missing: ${line}`;
    if (!matches(line, found, seen)) {
      return `line ${index + 1}:\n  expected ${fill(line, seen)}\n  seen     ${found}`;
    }
  }
  const more = got[wanted.length];
  return more === undefined ? undefined : `line ${wanted.length + 1} is too much: ${more}`;
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
    if (stands === undefined) throw new Error(`there is no placeholder ${whole}`);
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

/** The line with what its placeholders are known to be. */
function fill(line: string, seen: Seen): string {
  return line.replace(PLACEHOLDER, (whole) => seen.get(whole) ?? whole);
}
