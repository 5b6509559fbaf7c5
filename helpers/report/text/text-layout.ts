import { printable } from '../../process/text/printable.ts';
import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';

/** Where a text is to be read. */
export interface TextLayout {
  /** Whether the reader's terminal shows colours. What is said is said without them too. */
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}

export type Paint = (style: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string) => string;

export function painter({ color }: TextLayout): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

/** Wraps a text, which may come from outside, at words; each line behind an indent, the first behind `head`. What is longer than a line is not cut. */
export function wrapText(
  text: string,
  { width }: TextLayout,
  head: string,
  indent: number,
): string[] {
  const margin = ' '.repeat(indent);
  const lines = wrapAnsi(printable(text), Math.max(20, width - indent)).split('\n');
  return lines.map((line, index) => `${index === 0 ? head.padEnd(indent) : margin}${line}`);
}
