/** Control, format (bidi, zero-width), private and unassigned characters, and separators of lines and paragraphs. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Returns true if a terminal shows every character of a text and interprets none. */
export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) === -1;
}

/**
 * Returns a text from outside as one line that a terminal shows and never interprets: unprintable characters become
 * escapes. It also escapes `##[`, which the runner of a workflow takes for a command anywhere in a line.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escapeCharacter).replaceAll('##[', String.raw`##\x5b`);
}

/** Does the same for several lines, and keeps them; a workflow's runner takes a line that begins with `::` for a command. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .map((line) => (/^\s*::/.test(line) ? `| ${line}` : line))
    .join('\n');
}

/** Returns JSON that a terminal never interprets: the same data, with escapes for unprintable characters. */
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
