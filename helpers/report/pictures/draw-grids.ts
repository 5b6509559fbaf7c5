import type { TopLevelSpec } from 'vega-lite';
import { renderChart, smallSize, textSize, titleLines, widthOf } from './render-chart.ts';

/** A cell of a grid. */
export interface GridCell {
  readonly row: string;
  readonly column: string;
  /** A sign or a number, because color alone does not carry meaning. */
  readonly text: string;
  /** The tooltip. */
  readonly about: string;
  readonly color: 'good' | 'bad' | 'warn' | 'soft';
}

export interface Grid {
  readonly title: string;
  readonly hint: string;
  readonly cells: readonly GridCell[];
}

/** Grids of the same names in rows and columns, one below the other. */
export interface Grids {
  readonly title: string;
  /** Lines below the title. */
  readonly legend: readonly string[];
  /** The meaning of rows and columns. */
  readonly corner: string;
  readonly names: readonly string[];
  /** Draws lines from the names to distant cells. */
  readonly ruled?: boolean;
  readonly grids: readonly Grid[];
}

type Part = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];

/** Pixels: no wider than a phone can show. */
const room = 448;
const longestLabel = 230;
const fill = { good: 'var(--card)', bad: 'var(--bad-paper)', warn: 'var(--card)', soft: 'none' };
const stroke = { good: 'var(--line)', bad: 'var(--bad)', warn: 'var(--warn)', soft: 'var(--line)' };

/** An empty grid shows only its text. */
const blank: Part = { data: { values: [] }, mark: 'point', width: room, height: 1 };

/** Draws grids with a sign in each cell; columns are numbered as the rows are where names have no room. */
export async function drawGrids(all: Grids, description: string): Promise<string> {
  const { title, legend, grids } = all;
  return await renderChart(
    {
      title: titleLines(title, [...legend]),
      padding: 16,
      spacing: 24,
      vconcat: grids.length === 0 ? [blank] : grids.map((grid) => layersOf(grid, all)),
    },
    { title, description },
  );
}

function layersOf({ title, hint, cells }: Grid, { names, corner, ruled = false }: Grids): Part {
  const rules = { grid: ruled, tickBand: 'extent' } as const;
  const longest = Math.max(...names.map((name) => widthOf(name, smallSize)));
  const size = Math.floor(Math.min(104, Math.max(24, (room - longest - 40) / names.length)));
  const named = longest + 8 <= size;
  const numbered = `indexof(${JSON.stringify(names)}, datum.value) + 1`;
  return {
    title: {
      text: title,
      subtitle: hint,
      fontSize: textSize,
      subtitleFontSize: smallSize,
      subtitleColor: 'var(--soft)',
      color: 'var(--ink)',
      anchor: 'start',
      frame: 'bounds',
      fontWeight: 600,
    },
    data: { values: [...cells] },
    width: { step: size },
    height: { step: 24 },
    encoding: {
      x: {
        field: 'column',
        type: 'nominal',
        scale: { domain: [...names], paddingInner: 0.08, paddingOuter: 0 },
        axis: {
          orient: 'top',
          ...rules,
          title: null,
          labelAngle: 0,
          ...labelled(named ? 'datum.value' : numbered),
        },
      },
      y: {
        field: 'row',
        type: 'nominal',
        scale: { domain: [...names], paddingInner: 0.1, paddingOuter: 0 },
        axis: {
          title: corner,
          ...rules,
          labelPadding: 6,
          titleAngle: 0,
          titleAlign: 'right',
          titleX: -8,
          titleY: -8,
          labelLimit: longestLabel,
          labelColor: 'var(--ink)',
          ...labelled(named ? 'datum.value' : `datum.value + '\u00a0\u00a0' + (${numbered})`),
        },
      },
      description: { field: 'about' },
    },
    layer: [
      {
        mark: { type: 'rect', strokeJoin: 'round' },
        encoding: {
          fill: {
            field: 'color',
            type: 'nominal',
            scale: { domain: Object.keys(fill), range: Object.values(fill) },
            legend: null,
          },
          stroke: {
            field: 'color',
            type: 'nominal',
            scale: { domain: Object.keys(stroke), range: Object.values(stroke) },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', fontWeight: 600, aria: false },
        encoding: {
          text: { field: 'text' },
          // Three figures have no room in the smallest cells otherwise.
          size: {
            condition: { test: `length(datum.text) > 2 && ${size} < 32`, value: 11 },
            value: 13,
          },
          color: {
            field: 'color',
            type: 'nominal',
            scale: {
              domain: Object.keys(fill),
              range: Object.keys(fill).map((name) => `var(--${name})`),
            },
            legend: null,
          },
        },
      },
    ],
  };
}

/** Lines between cells come with a tick that is no name. */
function labelled(label: string) {
  return { labelExpr: `isValid(datum.value) ? ${label} : ''` };
}
