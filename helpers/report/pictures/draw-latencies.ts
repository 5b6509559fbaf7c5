import type { TopLevelSpec } from 'vega-lite';
import { medianOf } from '../../process/median.ts';
import { type LatencyGroup, latencyInWords } from './latencies.ts';
import { renderChart, smallSize, textSize, titleLines } from './render-chart.ts';

type Part = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];

/** Pixels: no wider than a phone can show. */
const width = 448;
const rowHeight = 60;

/**
 * Draws round-trip times of echoes and requests as SVG: a stroke for each, a box for the middle half, a mark for the
 * median, which is also in the text.
 */
export async function drawLatencies(
  target: string,
  groups: readonly LatencyGroup[],
): Promise<string> {
  const title = `Latency: ${target}`;
  return await renderChart(
    {
      title: titleLines(title, 'stroke: one sample · box: middle half · ◆ median'),
      padding: 16,
      spacing: 22,
      vconcat: groups.map((group) => partOf(group, scaleOf(group, groups))),
    },
    {
      title,
      description: groups
        .flatMap(({ title: head, series, missing }) => [
          `${head}:${missing === undefined ? '' : ` ${missing}`}`,
          ...series.map((one) => `${one.name}: ${latencyInWords(one)}.`),
        ])
        .join('\n'),
    },
  );
}

function scaleOf({ kind }: LatencyGroup, groups: readonly LatencyGroup[]): [number, number] {
  const all = groups
    .filter((one) => one.kind === kind)
    .flatMap(({ series }) => series.flatMap(({ milliseconds }) => milliseconds));
  // None is as short as nothing, but a clock may say so; and a logarithm knows no 0.
  const least = Math.max(0.001, Math.min(...all));
  return [least * 0.9, Math.max(least, ...all) * 1.1];
}

function partOf({ title, series, missing }: LatencyGroup, domain: [number, number]): Part {
  const head = {
    text: title,
    subtitle: missing ?? '',
    anchor: 'start',
    frame: 'group',
    fontSize: textSize,
    fontWeight: 600,
    color: 'var(--ink)',
    subtitleColor: 'var(--bad)',
    subtitleFontSize: smallSize,
  } as const;
  const all = series.flatMap(({ milliseconds }) => milliseconds);
  if (all.length === 0) {
    return { title: head, data: { values: [] }, mark: 'point', width, height: 1 };
  }
  const rows = series.map((one, index) => ({
    ...one,
    median: medianOf(one.milliseconds),
    words: latencyInWords(one),
    head: index * rowHeight + 12,
    told: index * rowHeight + 27,
    strip: index * rowHeight + 44,
  }));
  const strokes = rows.flatMap(({ milliseconds, strip, name }) =>
    milliseconds.map((value) => ({
      value: Math.max(value, domain[0]),
      strip,
      about: `${name}: ${value.toFixed(3)} ms`,
    })),
  );
  const y = { type: 'quantitative', scale: null, axis: null } as const;
  return {
    title: head,
    width,
    height: rows.length * rowHeight,
    layer: [
      {
        data: { values: strokes },
        mark: {
          type: 'boxplot',
          orient: 'horizontal',
          extent: 'min-max',
          size: 18,
          color: 'var(--net-0)',
          box: { fillOpacity: 0.15, stroke: 'var(--net-0)', aria: false },
          median: false,
          rule: { color: 'var(--line)', aria: false },
          ticks: false,
        },
        encoding: {
          x: {
            field: 'value',
            type: 'quantitative',
            scale: {
              type: 'log',
              nice: false,
              domain,
            },
            axis: {
              title: null,
              labelExpr: "datum.label === '' ? '' : datum.label + ' ms'",
              tickCount: 6,
              labelFlush: true,
              labelSeparation: 10,
            },
          },
          y: { field: 'strip', ...y },
        },
      },
      {
        data: { values: strokes },
        mark: { type: 'tick', size: 12, thickness: 1.5, color: 'var(--net-0)', opacity: 0.7 },
        encoding: {
          x: { field: 'value', type: 'quantitative' },
          y: { field: 'strip', ...y },
          description: { field: 'about' },
        },
      },
      {
        data: { values: rows.filter(({ median }) => median !== undefined) },
        mark: {
          type: 'point',
          shape: 'diamond',
          filled: true,
          size: 70,
          color: 'var(--ink)',
          opacity: 1,
          aria: false,
        },
        encoding: { x: { field: 'median', type: 'quantitative' }, y: { field: 'strip', ...y } },
      },
      {
        data: { values: rows },
        mark: {
          type: 'text',
          x: 0,
          align: 'left',
          fontSize: textSize,
          aria: false,
          text: { expr: 'datum.name' },
        },
        encoding: { y: { field: 'head', ...y } },
      },
      {
        data: { values: rows },
        mark: {
          type: 'text',
          x: 0,
          align: 'left',
          fontSize: smallSize,
          aria: false,
          text: { expr: 'datum.words' },
        },
        encoding: {
          y: { field: 'told', ...y },
          color: {
            condition: { test: 'datum.lost > 0', value: 'var(--bad)' },
            value: 'var(--soft)',
          },
        },
      },
    ],
  };
}
