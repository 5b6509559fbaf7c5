/** Returns a Markdown table with aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(escapeCell));
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0))).join(' | ')} |`;
  const [first = [], ...rest] = all;
  return [
    line(first),
    line(widths.map((width, column) => '-'.repeat(column === head.length - 1 ? 3 : width))),
    ...rest.map(line),
  ].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** Returns a page with a note about its source. */
export function page(title: string, parts: readonly string[]): string {
  return `${[`<!-- Generated from the code by "npm run reference": change it there. -->\n\n# ${title}`, ...parts].join('\n\n')}\n`;
}

/** Puts options, URLs and placeholders of terminal texts between backticks, so that Markdown does not read them as HTML. */
export function markWords(text: string): string {
  return text.replaceAll(
    /(?<![`\w])(--[a-z][a-z-]*|\w+:\/\/[A-Z@/]+(?::\d+)?|<[^\s<>]+>)/g,
    '`$1`',
  );
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
