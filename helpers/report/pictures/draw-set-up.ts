import type { SetUpRecord } from '../../topology/bring-up/set-up-record.ts';
import { countOf } from '../text/count-of.ts';
import { renderChart, smallSize, textSize, titleLines } from './render-chart.ts';
import { planSetUp, type SetUpBar, type SetUpPlan } from './set-up-bars.ts';

/** Pixels: no wider than a phone can show. */
const width = 448;
const rowHeight = 18;
const laneHead = 22;
const stageColors = [
  'var(--net-0)',
  'var(--net-1)',
  'var(--net-2)',
  'var(--net-3)',
  'var(--net-4)',
];

/**
 * Draws the set-up of a topology as a Gantt chart in SVG: its stages, and the work and waits of each machine, from the
 * record.
 */
export async function drawSetUp(record: SetUpRecord): Promise<string> {
  const plan = planSetUp(record, width);
  const { rects, heads, height } = placeLanes(plan);
  const title = titleOf(record, plan);
  const hint = 'filled: working · dashed: waiting · ✖ failed';
  return await renderChart(
    {
      width,
      height,
      // Text is only as wide as it is guessed to be: no room is made for it beyond this.
      autosize: 'none',
      padding: { left: 16, right: 16, top: 72, bottom: 12 },
      title: titleLines(title, hint, {
        color: record.failure === undefined ? 'ink' : 'bad',
        frame: 'group',
      }),
      layer: [
        {
          data: { values: [{ to: plan.total }] },
          mark: { type: 'point', opacity: 0, aria: false },
          encoding: {
            x: {
              field: 'to',
              type: 'quantitative',
              scale: { domain: [0, plan.total], nice: false },
              axis: { orient: 'top', title: null, labelExpr: "datum.label + ' s'", tickCount: 6 },
            },
          },
        },
        {
          data: { values: heads },
          mark: { type: 'rule', x: 0, x2: width, aria: false },
          encoding: { y: { field: 'top', type: 'quantitative', scale: null, axis: null } },
        },
        {
          data: { values: heads },
          mark: {
            type: 'text',
            x: 0,
            align: 'left',
            dy: 12,
            fontSize: textSize,
            fontWeight: 600,
            aria: false,
            text: { expr: 'datum.name' },
          },
          encoding: { y: { field: 'top', type: 'quantitative', scale: null, axis: null } },
        },
        barsOf(rects.filter(({ kind }) => kind !== 'wait')),
        barsOf(
          rects.filter(({ kind }) => kind === 'wait'),
          [3, 2],
        ),
        ...(['in', 'behind', 'before'] as const).map((side) => labelsOf(rects, side)),
      ],
    },
    { title, description: describePlan(plan) },
  );
}

function barsOf(rects: Placed['rects'], strokeDash: number[] = []) {
  return {
    data: { values: rects },
    mark: { type: 'rect', cornerRadius: 2, strokeWidth: 1.5, strokeDash },
    encoding: {
      x: { field: 'from', type: 'quantitative' },
      x2: { field: 'to' },
      y: { field: 'top', type: 'quantitative', scale: null, axis: null },
      y2: { field: 'bottom' },
      fill: { field: 'color', type: 'nominal', scale: null },
      stroke: { field: 'color', type: 'nominal', scale: null },
      fillOpacity: { field: 'fill', type: 'quantitative', scale: null },
      description: { field: 'about' },
    },
  } as const;
}

/** Returns the labels on that side of their bars. */
function labelsOf(rects: Placed['rects'], side: SetUpBar['side']) {
  const behind = side === 'behind';
  return {
    data: { values: rects.filter((one) => one.side === side && one.label !== '') },
    mark: {
      type: 'text',
      align: side === 'before' ? 'right' : 'left',
      baseline: 'middle',
      dx: side === 'before' ? -4 : 4,
      fontSize: smallSize,
      aria: false,
    },
    encoding: {
      x: { field: behind ? 'to' : 'from', type: 'quantitative' },
      y: { field: 'middle', type: 'quantitative', scale: null, axis: null },
      text: { field: 'label' },
      color: {
        condition: { test: 'datum.failed', value: 'var(--bad)' },
        value: 'var(--ink)',
      },
    },
  } as const;
}

type Placed = ReturnType<typeof placeLanes>;

/** The lanes one below the other, in pixels. */
function placeLanes({ lanes, stages }: SetUpPlan) {
  let top = 0;
  const heads: { name: string; top: number }[] = [];
  const rects = lanes.flatMap(({ name, rows, bars }) => {
    heads.push({ name, top });
    const first = top + laneHead;
    top = first + rows * rowHeight + 8;
    return bars.map((bar) => ({
      ...bar,
      top: first + bar.row * rowHeight,
      bottom: first + (bar.row + 1) * rowHeight - 4,
      middle: first + (bar.row + 0.5) * rowHeight - 2,
      color: colorOf(bar, stages),
      fill: bar.kind === 'wait' ? 0 : 0.25,
    }));
  });
  return { rects, heads, height: top };
}

function colorOf({ failed, stage }: SetUpBar, stages: readonly string[]): string {
  if (failed) return 'var(--bad)';
  const index = stages.indexOf(stage);
  return index === -1 ? 'var(--soft)' : (stageColors[index % stageColors.length] ?? '');
}

function titleOf({ topology, failure }: SetUpRecord, { total }: SetUpPlan): string {
  const time = `${total.toFixed(1)} s`;
  return failure === undefined
    ? `${topology} set up in ${time}`
    : `✖ ${topology} failed after ${time}`;
}

/** The picture in words. */
function describePlan({ lanes }: SetUpPlan): string {
  return lanes
    .map(
      ({ name, bars }) =>
        `${name}, ${countOf(bars.length, 'bar')}: ${bars.map(({ about }) => about).join('; ')}.`,
    )
    .join('\n');
}
