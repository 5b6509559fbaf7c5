/** A column is at least this wide, gap included. */
const MIN_WIDTH = 5;
const GAP = 3;

/**
 * Aligns the cells between tabs, as Go's `tabwriter` does with docker-machine's settings: what follows a line's last
 * tab is no cell, and a column is as long as consecutive lines have it.
 */
export function alignColumns(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => cells.slice(0, -1).map(() => MIN_WIDTH));
  const columns = Math.max(...widths.map((line) => line.length));
  for (let column = 0; column < columns; column += 1) {
    let from = 0;
    while (from < lines.length) {
      let to = from;
      while (to < lines.length && (widths[to]?.length ?? 0) > column) to += 1;
      const block = lines.slice(from, to);
      const width = Math.max(MIN_WIDTH, ...block.map((cells) => lengthOf(cells[column]) + GAP));
      for (const line of widths.slice(from, to)) line[column] = width;
      from = Math.max(to, from + 1);
    }
  }
  return lines
    .map((cells, row) =>
      cells.map((cell, column) => padded(cell, widths[row]?.[column] ?? 0)).join(''),
    )
    .join('\n');
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

function lengthOf(cell = ''): number {
  return Array.from(cell).length;
}
