/** The minimal width of a column, including the gap after it. */
const NARROWEST = 5;
const GAP = 3;

/** Lines of a text that form a table of `ls`, as cells with the headings first, or a line outside of a table. */
type Part = { readonly rows: readonly (readonly string[])[] } | { readonly line: string };

/**
 * Rewrites the tables of `ls` in a text, after `change` was applied to each row of cells. The width of a column depends
 * on its content. Rows for which `change` returns undefined are omitted. `change` also receives each line outside of a
 * table.
 */
export function rewriteTables(
  text: string,
  change: (row: readonly string[]) => readonly string[] | undefined,
): string {
  return partsOf(text)
    .flatMap((part) => {
      if ('line' in part) return change([part.line]) ?? [];
      const rows = part.rows.flatMap((row) => {
        const changed = change(row);
        return changed === undefined ? [] : [changed];
      });
      return layOut(rows);
    })
    .join('\n');
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    const heading = lines[at] ?? '';
    const starts = /^NAME {2,}\S/.test(heading)
      ? Array.from(heading.matchAll(/(?:^|(?<= {2}))\S/g), ({ index }) => index)
      : [];
    let end = at + 1;
    if (starts.length > 1) while (isRow(lines[end], starts)) end += 1;
    const rows = lines
      .slice(at, end)
      .map((line) => starts.map((from, index) => line.slice(from, starts[index + 1]).trimEnd()));
    parts.push(starts.length > 1 ? { rows } : { line: heading });
    at = end;
  }
  return parts;
}

/** Returns true for a row: it has a blank before each column and reaches into the last one. */
function isRow(line: string | undefined, starts: readonly number[]): boolean {
  if (line === undefined || line.length < (starts.at(-1) ?? 0)) return false;
  return starts.slice(1).every((start) => line[start - 1] === ' ');
}

function layOut(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(NARROWEST, ...rows.map((row) => (row[column]?.length ?? 0) + GAP)),
  );
  return rows.map((row) =>
    row.map((cell, at) => (at < row.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell)).join(''),
  );
}
