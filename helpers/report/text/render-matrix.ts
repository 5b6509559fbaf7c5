import { USUAL_VXLAN_PORT } from '../../check/model/views/kernel-view.ts';
import {
  cellsOf,
  columnsIn,
  groupAlike,
  hintOf,
  isAskable,
  isFine,
  meanings,
  type PathCell,
  type PathColumn,
  type PathPair,
  signs,
  signsIn,
} from './path-matrix.ts';
import { painter, type TextLayout, wrapText } from './text-layout.ts';

const colors = {
  answered: 'green',
  arrived: 'red',
  lost: 'red',
  mixed: 'yellow',
  untried: 'dim',
} as const;

/** The number of ordered pairs that are listed; more are drawn as a grid of hosts × hosts. */
const listed = 12;

/** Renders the results of live probes between hosts for a terminal: a line for each pair, or a grid for many. */
export function renderMatrix(
  pairs: readonly PathPair[],
  layout: TextLayout,
  vxlanPort: number = USUAL_VXLAN_PORT,
): string[] {
  if (pairs.length === 0) return [];
  const columns = columnsIn(pairs);
  const broken = pairs.filter(({ cells }) => columns.some((column) => !isFine(cells[column])));
  const shown = pairs.length <= listed ? pairs : broken;
  const rest = pairs.length - shown.length;
  const body =
    shown.length <= listed
      ? renderTable(shown, columns, layout)
      : renderGrids(pairs, columns, layout);
  const restLine =
    rest === 0 || shown.length > listed
      ? []
      : [
          `${signs.answered} ${rest} ${shown.length === 0 ? '' : 'other '}pairs of hosts: ${columns.join(', ')}`,
        ];
  return [...body, ...restLine, ...renderLegend(shown, columns, { layout, vxlanPort })];
}

function renderTable(
  pairs: readonly PathPair[],
  columns: readonly PathColumn[],
  layout: TextLayout,
): string[] {
  if (pairs.length === 0) return [];
  const names = pairs.map(({ from, to }) => `${from} → ${to}`);
  const longest = Math.max(...names.map((name) => name.length));
  const room = layout.width - columns.reduce((sum, column) => sum + column.length + 2, 0);
  // A long name is in a separate line.
  const isTight = longest > room;
  const first = isTight ? 2 : longest;
  const header = `${' '.repeat(first)}  ${columns.join('  ')}`;
  const lines = pairs.flatMap((pair, index) => {
    const name = names[index] ?? '';
    const marks = columns
      .map((column) =>
        isAskable(pair, column)
          ? markOf(pair.cells[column], column.length, layout)
          : ' '.repeat(column.length),
      )
      .join('  ');
    return isTight ? [name, `    ${marks}`] : [`${name.padEnd(first)}  ${marks}`.trimEnd()];
  });
  return [painter(layout)('dim', header), ...lines];
}

/** A grid for each kind of path that dies somewhere, once for all kinds that die at the same pairs. */
function renderGrids(
  pairs: readonly PathPair[],
  columns: readonly PathColumn[],
  layout: TextLayout,
): string[] {
  const fine = columns.filter((column) => pairs.every(({ cells }) => isFine(cells[column])));
  const others = columns.filter((column) => !fine.includes(column));
  const grids = groupAlike(pairs, others).flatMap((group) => renderGrid(pairs, group, layout));
  if (fine.length === 0) return grids;
  const hosts = new Set(pairs.flatMap(({ from, to }) => [from, to])).size;
  const examined = pairs.length < hosts * (hosts - 1) ? ' examined' : '';
  return [
    ...grids,
    `${signs.answered} all ${pairs.length}${examined} pairs of hosts: ${fine.join(', ')}`,
  ];
}

function renderGrid(
  pairs: readonly PathPair[],
  group: readonly PathColumn[],
  layout: TextLayout,
): string[] {
  const [column] = group;
  if (column === undefined) return [];
  const hosts = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))];
  const digits = String(hosts.length).length;
  const cellOf = cellsOf(pairs, column);
  const rows = hosts.map((from, row) => {
    const cellTo = (to: string) => cellOf(from, to);
    return { name: `${String(row + 1).padStart(digits)} ${from}`, cellTo };
  });
  const corner = 'from ↓  to →';
  const first = Math.max(corner.length, ...rows.map(({ name }) => name.length));
  const perBlock = Math.max(1, Math.floor((layout.width - first) / (digits + 1)));
  const blocks: string[] = [];
  for (let start = 0; start < hosts.length; start += perBlock) {
    const block = hosts.slice(start, start + perBlock);
    const numbers = block.map((_, index) => String(start + index + 1).padStart(digits)).join(' ');
    blocks.push(
      painter(layout)('dim', `${corner.padEnd(first)} ${numbers}`),
      ...rows.map(({ name, cellTo }, row) => {
        const marks = block.map((to, index) =>
          row === start + index && cellTo(to) === undefined
            ? ' '.repeat(digits)
            : markOf(cellTo(to), digits, layout, 'end'),
        );
        return `${name.padEnd(first)} ${marks.join(' ')}`.trimEnd();
      }),
    );
  }
  return [`${group.join(', ')}:`, ...blocks];
}

function markOf(
  cell: PathCell | undefined,
  width: number,
  layout: TextLayout,
  align: 'middle' | 'end' = 'middle',
): string {
  const state = cell?.state ?? 'untried';
  const before = align === 'end' ? width - 1 : Math.floor((width - 1) / 2);
  const mark = painter(layout)(colors[state], signs[state]);
  return `${' '.repeat(before)}${mark}${' '.repeat(width - 1 - before)}`;
}

/** Explains what is seen above, and no more. */
function renderLegend(
  shown: readonly PathPair[],
  columns: readonly PathColumn[],
  { layout, vxlanPort }: { readonly layout: TextLayout; readonly vxlanPort: number },
): string[] {
  const marks = signsIn(shown, columns).map((state) => `${signs[state]} ${meanings[state]}`);
  const kinds = columns.flatMap((column) => {
    const hint = hintOf(column, vxlanPort);
    return hint === undefined ? [] : [`${column}: ${hint}`];
  });
  const paint = painter(layout);
  return [marks, kinds]
    .flatMap((parts) => wrapText(parts.join('; '), layout, '', 0))
    .map((line) => paint('dim', line));
}
