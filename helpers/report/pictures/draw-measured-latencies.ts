import type { Latencies, MeasurementReport, PathResult } from '../../measure/measurement.ts';
import { kindTitles, pathInWords } from '../text/measurement-text.ts';
import { renderChart, smallSize, textSize, titleLines } from './render-chart.ts';

/** Pixels. */
const plotWidth = 380;
const left = 56;
const headHeight = 24;
const stripHeight = 17;

/** The times of a measurement: before the first fault, during faults, and after the last one. */
const phases = [
  { phase: 'before', color: 'var(--net-0)' },
  { phase: 'during', color: 'var(--bad)' },
  { phase: 'after', color: 'var(--good)' },
] as const;

/** A strip, with milliseconds that a logarithmic scale can show. */
interface Strip extends Pick<Latencies, 'p50' | 'p99' | 'max'> {
  readonly y: number;
  readonly top: number;
  readonly bottom: number;
  readonly phase: string;
  readonly color: string;
  readonly words: string;
  readonly about: string;
}

/**
 * Draws the latencies of a measurement as SVG: for each path a strip before, during and after the faults, all on one
 * logarithmic scale. Lost requests have no latency and are in the timeline.
 */
export async function drawMeasuredLatencies({
  topology,
  paths,
}: Pick<MeasurementReport, 'topology' | 'paths'>): Promise<string> {
  const { strips, heads, height } = placeAll(paths);
  const title = `Latency of ${topology}`;
  const all = strips.flatMap((one) => [one.p50, one.max]);
  const [least, most] = [Math.min(...all, 1) * 0.8, Math.max(...all, 1) * 1.2];
  const y = { field: 'y', type: 'quantitative', scale: null, axis: null } as const;
  const p50 = { field: 'p50', type: 'quantitative' } as const;
  const color = { field: 'color', type: 'nominal', scale: null } as const;
  const text = { type: 'text', align: 'left', baseline: 'middle', aria: false } as const;
  return await renderChart(
    {
      width: plotWidth,
      height,
      autosize: 'none',
      padding: { left: left + 16, right: 112, top: 86, bottom: 12 },
      title: titleLines(
        title,
        [
          'blue: before the faults · red: during · green: after',
          '◆ p50 · line to p99 · ○ longest · numbers: p50 / p99',
        ],
        { frame: 'group' },
      ),
      data: {
        values: strips,
      },
      layer: [
        {
          mark: { type: 'rect', opacity: 0.6 },
          encoding: {
            x: {
              ...p50,
              scale: { type: 'log', nice: false, domain: [least, most] },
              axis: {
                orient: 'top',
                title: null,
                labelExpr: "datum.label === '' ? '' : datum.label + ' ms'",
                values: [0.01, 0.1, 1, 10, 100, 1000, 10_000].filter(
                  (value) => value >= least && value <= most,
                ),
                labelFlush: true,
                labelSeparation: 10,
              },
            },
            x2: { field: 'p99' },
            y: { ...y, field: 'top' },
            y2: { field: 'bottom' },
            color,
            description: { field: 'about' },
          },
        },
        {
          mark: { type: 'point', size: 30, strokeWidth: 1.5, opacity: 1, aria: false },
          encoding: { x: { field: 'max', type: 'quantitative' }, y, stroke: color },
        },
        {
          mark: {
            type: 'point',
            shape: 'diamond',
            filled: true,
            size: 60,
            opacity: 1,
            aria: false,
          },
          encoding: { x: p50, y, color },
        },
        {
          mark: { ...text, x: -left, fontSize: smallSize, color: 'var(--soft)' },
          encoding: { y, text: { field: 'phase' } },
        },
        {
          mark: { ...text, x: plotWidth + 12, fontSize: smallSize, color: 'var(--soft)' },
          encoding: { y, text: { field: 'words' } },
        },
        {
          data: { values: heads },
          mark: { ...text, x: -left, fontSize: textSize },
          encoding: { y, text: { field: 'text' } },
        },
      ],
    },
    { title, description: strips.map(({ about }) => `${about}.`).join('\n') },
  );
}

function placeAll(paths: readonly PathResult[]) {
  const [strips, heads]: [Strip[], { y: number; text: string }[]] = [[], []];
  let top = 0;
  for (const path of paths) {
    const name = `${pathInWords(path)} · ${kindTitles[path.kind]}`;
    const measured = phases.flatMap(({ phase, color }) => {
      const latencies = path.latencies[phase];
      return latencies === undefined ? [] : [{ phase, color, latencies }];
    });
    const suffix = measured.length === 0 ? ' · no answer' : '';
    heads.push({ y: top + headHeight / 2, text: name + suffix });
    top += headHeight;
    for (const { phase, color, latencies } of measured) {
      const { p50, p90, p99, max } = latencies;
      const about = `${name}, ${phase}: p50 ${inMilliseconds(p50)}, p90 ${inMilliseconds(p90)}, p99 ${inMilliseconds(p99)}, longest ${inMilliseconds(max)} ms`;
      const words = `${inMilliseconds(p50)} / ${inMilliseconds(p99)} ms`;
      const y = top + stripHeight / 2;
      strips.push({
        p50: shown(p50),
        p99: shown(p99),
        max: shown(max),
        y,
        top: y - 1.5,
        bottom: y + 1.5,
        phase,
        color,
        words,
        about,
      });
      top += stripHeight;
    }
  }
  return { strips, heads, height: Math.max(top, 1) };
}

/** A logarithm knows no 0, which a clock may say. */
function shown(milliseconds: number): number {
  return Math.max(milliseconds, 0.01);
}

function inMilliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
