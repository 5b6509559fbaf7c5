import { printable, printableLines } from '../../process/text/printable.ts';

/*
 * Text from outside appears in Markdown only as code: there it can be neither a link, an image, HTML nor a mention.
 */

/** Returns a text as code in a line of Markdown, also in a cell of a table. */
export function codeSpan(text: string, limit = 1000): string {
  const line = printable(text.slice(0, limit));
  if (line.trim() === '') return '–';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  // The only character that ends a cell, even in code.
  return `${fence}${pad}${line.replaceAll('|', String.raw`\|`)}${pad}${fence}`;
}

/** Returns a text as a block of code. */
export function codeBlock(text: string, language = 'text'): string {
  const lines = printableLines(text);
  const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}${language}\n${lines}\n${fence}`;
}

/** Returns the length of the longest run of backticks. */
function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
