/** Control, format (bidi, zero-width), private and unassigned characters, and separators of lines and paragraphs. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Tells whether a terminal shows every character of a text as it is, and obeys none. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}
