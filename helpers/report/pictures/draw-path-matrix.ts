import { vxlanPortOf } from '../../check/derive/vxlan-port.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { drawGrids, type Grid, type GridCell } from './draw-grids.ts';
import {
  cellsOf,
  columnsIn,
  groupAlike,
  hintOf,
  matrixOf,
  meanings,
  type PathColumn,
  type PathPair,
  signs,
  signsIn,
} from '../text/path-matrix.ts';

const colors = {
  answered: 'good',
  arrived: 'bad',
  lost: 'bad',
  mixed: 'warn',
  untried: 'soft',
} as const;

/** Draws the results of live probes between hosts as SVG: a grid of hosts × hosts for each kind of path. */
export async function drawPathMatrix(report: AuditReport): Promise<string> {
  const { paths, hosts } = report.observation;
  const view = valueOf(paths);
  const names = hosts.map(({ name }) => name);
  const vxlanPort = vxlanPortOf(report.observation);
  const pairs = view === undefined ? [] : matrixOf(view, names);
  const columns = columnsIn(pairs);
  const groups = groupAlike(pairs, columns);
  const nothing = 'missing' in paths ? `no live probes: ${paths.missing}` : 'nothing to probe';
  const used = signsIn(pairs, columns).map((sign) => `${signs[sign]}  ${meanings[sign]}`);
  return await drawGrids(
    {
      title: `From host to host: ${report.target}`,
      legend: groups.length === 0 ? [nothing] : used,
      corner: 'from ↓  to →',
      names,
      grids: groups.map((group) => gridOf(pairs, group, { names, vxlanPort })),
    },
    'Results of live probes: a grid of hosts × hosts for each kind of path.',
  );
}

/** Columns that look alike are drawn once. */
function gridOf(
  pairs: readonly PathPair[],
  group: readonly PathColumn[],
  { names, vxlanPort }: { readonly names: readonly string[]; readonly vxlanPort: number },
): Grid {
  const [column = 'host'] = group;
  const cellOf = cellsOf(pairs, column);
  const cells = names.flatMap((row) =>
    names.flatMap((to): GridCell[] => {
      const cell = cellOf(row, to);
      if (cell === undefined && row === to) return [];
      const sign = cell?.state ?? 'untried';
      const about = `${row} → ${to}: ${meanings[sign]}`;
      return [{ row, column: to, text: signs[sign], about, color: colors[sign] }];
    }),
  );
  return {
    title: group.join(', '),
    hint: group.flatMap((one) => hintOf(one, vxlanPort) ?? []).join(' · '),
    cells,
  };
}
