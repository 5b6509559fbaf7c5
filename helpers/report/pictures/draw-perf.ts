import type { TopLevelSpec } from 'vega-lite';
import {
  type MeasuredPath,
  type MeasureName,
  nameOfPath,
  type PerfResult,
} from '../../perf/perf-result.ts';
import { renderChart, smallSize, textSize, titleLines } from './render-chart.ts';

type Part = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];

/** Pixels: no wider than a phone can show, with the names of the paths. */
const width = 300;

const groups: readonly {
  readonly title: string;
  readonly unit: string;
  readonly measures: readonly MeasureName[];
}[] = [
  { title: 'TCP, 1 stream', unit: 'Mbit/s', measures: ['tcp1'] },
  { title: 'TCP, 8 streams', unit: 'Mbit/s', measures: ['tcp8'] },
  { title: 'Request and response, p50', unit: 'µs', measures: ['rrP50'] },
  { title: 'Request and response, p99', unit: 'µs', measures: ['rrP99'] },
  { title: 'Connection, request and response, p50', unit: 'µs', measures: ['crrP50'] },
  { title: 'Connection, request and response, p99', unit: 'µs', measures: ['crrP99'] },
];

/** Draws a measurement as SVG: a bar for the median of each path, and a line from the lowest to the highest run. */
export async function drawPerf({ topology, from, to, paths, runs }: PerfResult): Promise<string> {
  const title = `Performance: ${topology}, ${from} → ${to}`;
  return await renderChart(
    {
      title: titleLines(title, `bar: median of ${runs} runs · line: lowest to highest`),
      padding: 16,
      spacing: 22,
      vconcat: groups.map((group) => partOf(group, paths)),
    },
    {
      title,
      description: groups
        .flatMap(({ title: head, unit, measures }) =>
          rowsOf(paths, measures).map(
            (row) =>
              `${head}, ${row.path}: ${row.median.toFixed(0)} ${unit}, ${row.lowest.toFixed(0)} to ${row.highest.toFixed(0)}.`,
          ),
        )
        .join('\n'),
    },
  );
}

function partOf(
  { title, unit, measures }: (typeof groups)[number],
  paths: readonly MeasuredPath[],
): Part {
  const rows = rowsOf(paths, measures);
  const y = {
    field: 'path',
    type: 'nominal',
    sort: null,
    axis: { title: null, labelLimit: 140, labelFontSize: smallSize },
  } as const;
  const x = {
    type: 'quantitative',
    scale: { zero: true },
    axis: { title: unit, tickCount: 5 },
  } as const;
  return {
    title: {
      text: title,
      anchor: 'start',
      fontSize: textSize,
      fontWeight: 600,
      color: 'var(--ink)',
    },
    width,
    height: Math.max(1, rows.length) * 24,
    data: { values: rows },
    layer: [
      {
        mark: { type: 'bar', height: 14, color: 'var(--net-0)', opacity: 0.6 },
        encoding: { y, x: { field: 'median', ...x }, description: { field: 'about' } },
      },
      {
        mark: { type: 'rule', strokeWidth: 2, color: 'var(--ink)', aria: false },
        encoding: { y, x: { field: 'lowest', ...x }, x2: { field: 'highest' } },
      },
    ],
  };
}

function rowsOf(paths: readonly MeasuredPath[], names: readonly MeasureName[]) {
  return paths.flatMap((path) =>
    names.map((name) => {
      const { median, lowest, highest } = path.measures[name];
      const row = nameOfPath(path);
      return { path: row, median, lowest, highest, about: `${row}: ${median.toFixed(1)}` };
    }),
  );
}
