import { whatWasSeen } from '../../check/observed.ts';
import type { AuditReport } from '../../check/report.ts';
import {
  cellsOf,
  columnHints,
  columnsIn,
  groupAlike,
  matrixOf,
  meanings,
  type PathColumn,
  type PathPair,
  signs,
  signsIn,
} from './path-matrix.ts';
import { picture, textLine } from './picture/svg.ts';
import { element, escapeXml } from './xml.ts';

const margin = 16;
const size = 22;
const labels = 150;
const colors = {
  answered: 'good',
  arrived: 'bad',
  lost: 'bad',
  mixed: 'warn',
  untried: 'soft',
} as const;

/** What live probes met from host to host, as an SVG picture: a grid of hosts × hosts for each kind of path. */
export function drawPathMatrix(report: AuditReport): string {
  const { paths, hosts } = report.observation;
  const view = whatWasSeen(paths);
  const names = hosts.map(({ name }) => name);
  const pairs = view === undefined ? [] : matrixOf(view, names);
  const columns = columnsIn(pairs);
  const height = size * (names.length + 1) + 58;
  const grids = groupAlike(pairs, columns).map((group, index) =>
    drawGrid(pairs, names, group, 40 + index * height),
  );
  const used = signsIn(pairs, columns);
  const bottom = 40 + grids.length * height;
  const nothing = 'unseen' in paths ? `no live probes: ${paths.unseen}` : 'nothing to probe';
  return picture(
    {
      width: Math.max(430, margin * 2 + labels + size * names.length),
      height: bottom + used.length * 18 + (grids.length === 0 ? 20 : 0),
      title: `What live probes met: ${report.target}`,
      description: 'A grid of hosts × hosts for each kind of path.',
    },
    [
      textLine(margin, 24, `From host to host: ${report.target}`, { class: 'title' }, 36),
      ...(grids.length === 0 ? [textLine(margin, 48, nothing, { class: 'soft' }, 60)] : []),
      ...grids.flat(),
      ...used.map((sign, index) =>
        textLine(margin, bottom + index * 18, `${signs[sign]}  ${meanings[sign]}`, {
          class: 'soft',
        }),
      ),
    ],
  );
}

function drawGrid(
  pairs: readonly PathPair[],
  names: readonly string[],
  group: readonly PathColumn[],
  top: number,
): string[] {
  const [column] = group;
  if (column === undefined) return [];
  const cellOf = cellsOf(pairs, column);
  const hints = group.flatMap((one) => columnHints[one] ?? []);
  const left = margin + labels;
  const first = top + 54;
  const centre = (index: number) => left + size * (index + 0.5);
  return [
    textLine(margin, top + 16, group.join(', '), { class: 'strong' }, 44),
    textLine(margin, top + 31, hints.join(' · '), { class: 'soft' }, 56),
    textLine(left - 8, first - 6, 'from ↓  to →', { class: 'soft end' }),
    ...names.flatMap((from, row) => {
      const y = first + size * row;
      return [
        textLine(centre(row), first - 6, String(row + 1), { class: 'soft mid' }),
        textLine(left - 8, y + 15, `${from}  ${row + 1}`, { class: 'end' }, 18),
        ...names.flatMap((to, index) => {
          const cell = cellOf(from, to);
          if (cell === undefined && from === to) return [];
          const sign = cell?.state ?? 'untried';
          const color = colors[sign];
          const x = left + size * index;
          const box = { x: x + 1, y: y + 1, width: size - 2, height: size - 2, rx: 4 };
          const about = `${from} → ${to}: ${meanings[sign]}`;
          return [
            element(
              'g',
              {},
              element('title', {}, escapeXml(about)),
              element('rect', { class: color === 'bad' ? 'pill' : 'card', ...box }),
              textLine(centre(index), y + 16, signs[sign], { class: `${color} mid strong` }),
            ),
          ];
        }),
      ];
    }),
  ];
}
