import { Help } from 'commander';

/** The minimum width of a text next to its term; a narrower text is below the term. */
const leastBeside = 30;

const help = Object.assign(new Help(), { minWidthToWrap: 1 });

/**
 * Breaks a text of ours at words, as commander does in the rest of the help. Wrapping for any text, with wide characters
 * and styles, takes a fifth of the time of a short command to load.
 */
export function breakHelp(text: string, width: number): string[] {
  return help.boxWrap(text, Math.max(width, 1)).split('\n');
}

/** Wraps a command line at words into lines of at most `width`, so that a shell still accepts it. */
export function wrapCommand(command: string, width: number): string[] {
  // An option stays with its value.
  const parts: string[] = [];
  for (const word of command.split(' ')) {
    const last = parts.at(-1) ?? '';
    const isValue = /^-[^ ]+$/.test(last) && !word.startsWith('-');
    if (isValue) parts[parts.length - 1] = `${last} ${word}`;
    else parts.push(word);
  }
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line} ${part}`;
    if (line === '' || longer.length + 2 <= width) line = longer;
    else {
      lines.push(`${line} \\`);
      line = `    ${part}`;
    }
  }
  return [...lines, line];
}

/** The lines of a term, and its explanation. */
export type Row = readonly [term: readonly string[], text: string];

/** Rows in two columns; below each other where the terminal is too narrow for that, or a term too long. */
export function inColumns(
  rows: readonly Row[],
  width: number,
  widest = Math.max(...rows.flatMap(([term]) => term.map((line) => help.displayWidth(line)))),
): string[] {
  const column = widest + 4;
  if (width - column < leastBeside || widest > width / 2) {
    return rows.flatMap(([term, text]) => [
      ...term.map((line) => `  ${line}`),
      ...breakHelp(text, width - 6).map((line) => `      ${line}`.trimEnd()),
    ]);
  }
  return rows.flatMap(([term, text]) => {
    const lines = breakHelp(text, width - column);
    return Array.from({ length: Math.max(term.length, lines.length) }, (_, index) => {
      const left = term[index] ?? '';
      const gap = ' '.repeat(widest + 2 - help.displayWidth(left));
      return `  ${left}${gap}${lines[index] ?? ''}`.trimEnd();
    });
  });
}
