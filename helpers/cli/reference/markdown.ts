/** A table of Markdown, its columns as wide as their widest cell. */
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

/** Says in the page's source where it comes from. */
export function page(title: string, parts: readonly string[]): string {
  return `${[`<!-- Made of the code by «npm run reference»: change it there. -->\n\n# ${title}`, ...parts].join('\n\n')}\n`;
}

/** Options and words that could be taken for HTML between backticks, as they stand in texts for terminals. */
export function markWords(text: string): string {
  return text.replaceAll(
    /(?<![`\w])(--[a-z][a-z-]*|\w+:\/\/[A-Z@/]+(?::\d+)?|<[^\s<>]+>)/g,
    '`$1`',
  );
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
