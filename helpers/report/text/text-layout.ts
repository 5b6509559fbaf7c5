import { printable } from '../../process/text/printable.ts';
import { styleText } from 'node:util';
import { wrapAnsi } from 'fast-wrap-ansi';

/** The layout of a text for its output. */
export interface TextLayout {
  /** Uses colors; they never carry meaning alone. */
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** Returns the place where the reader finds a page of the project; by default the path from the project's root. */
  readonly placeOfPage?: (path: string) => string;
}

/** Colors a text, or returns it unchanged. */
export type Paint = (
  style: 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold',
  text: string,
) => string;

export function painter({ color }: TextLayout): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

/** Breaks a text at words into lines of at most `width`; a longer word is not cut. */
function breakLines(text: string, width: number): string[] {
  return wrapAnsi(text, Math.max(width, 1)).split('\n');
}

/** Wraps an untrusted text at words; each line after an indent, the first after `head`. Longer words are not cut. */
export function wrapText(
  text: string,
  { width }: TextLayout,
  head: string,
  indent: number,
): string[] {
  const margin = ' '.repeat(indent);
  const lines = breakLines(printable(text), Math.max(20, width - indent));
  return lines.map((line, index) => `${index === 0 ? head.padEnd(indent) : margin}${line}`);
}
