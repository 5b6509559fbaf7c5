/** Control, format (bidi, zero-width), private and unassigned characters, and separators of lines and paragraphs. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Tells whether a terminal shows every character of a text as it is, and obeys none. */
export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) === -1;
}

/**
 * A text from outside as one line that a terminal shows and never obeys: what is unprintable becomes an escape. Neither is
 * it a command to the runner of a workflow, which takes `##[` for one wherever it stands in a line.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escapeCharacter).replaceAll('##[', String.raw`##\x5b`);
}

/** The same for a text of several lines, which stay lines; a workflow's runner takes one that begins with `::` for its own. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .map((line) => (/^\s*::/.test(line) ? `| ${line}` : line))
    .join('\n');
}

/** A JSON document that a terminal only shows: the same data, with escapes for what is unprintable. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent)
    .replaceAll(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, escapeForJson)
    .replaceAll('##[', String.raw`##\u005b`);
}

function escapeForJson(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x1_00) return SHORT[character] ?? `\\x${hex.padStart(2, '0')}`;
  return code < 0x1_00_00 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
