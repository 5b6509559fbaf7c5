import type { FaultWindow, MeasurementReport } from '../../measure/measurement.ts';
import {
  conclusionOf,
  faultInWords,
  kindTitles,
  outageInWords,
  pathInWords,
  recoveryInWords,
} from '../text/measurement-text.ts';
import { renderChart, smallSize, textSize, titleLines } from './render-chart.ts';

/** Pixels. */
const width = 720;
const rowHeight = 30;
const headHeight = 26;
const eventHeight = 15;
/** Events that are shown; the data has all. */
const mostEvents = 24;

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
  readonly color: string;
  readonly about: string;
}

/**
 * Draws a measurement as a timeline in SVG: faults as shaded areas, a strip for each path and for each layer, and events
 * below.
 */
export async function drawTimeline(report: MeasurementReport): Promise<string> {
  const { topology, duration, faults } = report;
  const placed = placeAll(report);
  const conclusion = conclusionOf(report);
  const title = `Measurement of ${topology}`;
  const y = { type: 'quantitative', scale: null, axis: null } as const;
  const isBad = conclusion.some((line) => !line.startsWith('✔'));
  return await renderChart(
    {
      width,
      height: placed.height,
      autosize: 'none',
      padding: { left: 16, right: 24, top: 78, bottom: 12 },
      title: titleLines(
        title,
        [
          conclusion[0] ?? '',
          'green: answered or correct · red: outage or wrong · gray: not examined · shaded: fault',
        ],
        {
          color: isBad ? 'bad' : 'ink',
          frame: 'group',
        },
      ),
      layer: [
        {
          data: {
            values: faults.map((fault) => ({
              from: inSeconds(fault.from),
              to: inSeconds(fault.to ?? duration),
              about: faultInWords(fault),
            })),
          },
          mark: { type: 'rect', color: 'var(--bad)', opacity: 0.12, y: 0, y2: placed.height },
          encoding: {
            x: {
              field: 'from',
              type: 'quantitative',
              scale: { domain: [0, inSeconds(duration)], nice: false },
              axis: { orient: 'top', title: null, labelExpr: "datum.label + ' s'", tickCount: 8 },
            },
            x2: { field: 'to' },
            description: { field: 'about' },
          },
        },
        {
          data: {
            values: placed.bars.map((bar) => ({
              ...bar,
              from: inSeconds(bar.from),
              to: inSeconds(bar.to),
            })),
          },
          mark: { type: 'rect' },
          encoding: {
            x: { field: 'from', type: 'quantitative' },
            x2: { field: 'to' },
            y: { field: 'top', ...y },
            y2: { field: 'bottom' },
            fill: { field: 'color', type: 'nominal', scale: null },
            description: { field: 'about' },
          },
        },
        {
          data: { values: placed.texts },
          mark: {
            type: 'text',
            x: 0,
            align: 'left',
            baseline: 'middle',
            fontSize: smallSize,
            aria: false,
          },
          encoding: {
            y: { field: 'y', ...y },
            text: { field: 'text' },
          },
        },
        {
          data: { values: placed.heads },
          mark: {
            type: 'text',
            x: 0,
            align: 'left',
            baseline: 'middle',
            fontSize: textSize,
            fontWeight: 600,
            aria: false,
          },
          encoding: { y: { field: 'y', ...y }, text: { field: 'text' } },
        },
        {
          data: { values: placed.events.map((event) => ({ ...event, at: inSeconds(event.at) })) },
          mark: {
            type: 'point',
            shape: 'diamond',
            filled: true,
            size: 30,
            color: 'var(--ink)',
            opacity: 1,
            aria: false,
          },
          encoding: { x: { field: 'at', type: 'quantitative' }, y: { field: 'y', ...y } },
        },
        ...(['left', 'right'] as const).map(
          (align) =>
            ({
              data: {
                values: placed.events
                  .filter(({ at }) => at < duration / 2 === (align === 'left'))
                  .map((event) => ({ ...event, at: inSeconds(event.at) })),
              },
              mark: {
                type: 'text',
                align,
                baseline: 'middle',
                dx: align === 'left' ? 6 : -6,
                fontSize: smallSize,
                aria: false,
              },
              encoding: {
                x: { field: 'at', type: 'quantitative' },
                y: { field: 'y', ...y },
                text: { field: 'text', type: 'nominal' },
              },
            }) as const,
        ),
      ],
    },
    { title, description: describe(report) },
  );
}

/** Places all strips and events one below the other, in pixels. */
function placeAll({ paths, layers, events, faults, duration }: MeasurementReport) {
  let top = 0;
  const bars: Bar[] = [];
  const texts: { text: string; y: number }[] = [];
  const heads: { text: string; y: number }[] = [];
  const head = (text: string) => {
    heads.push({ text, y: top + headHeight / 2 });
    top += headHeight;
  };
  const strip = (label: string, parts: readonly Omit<Bar, 'top' | 'bottom'>[]) => {
    texts.push({ text: label, y: top + 8 });
    for (const part of parts) bars.push({ ...part, top: top + 16, bottom: top + 25 });
    top += rowHeight;
  };
  head('Paths');
  for (const path of paths) {
    const { sent, answered, outages } = path;
    const lost = sent - answered;
    const name = `${pathInWords(path)} · ${kindTitles[path.kind]}`;
    strip(`${name} · ${lost} of ${sent} not answered`, [
      { from: 0, to: duration, color: 'var(--good)', about: `${name}: answered` },
      ...outages.map((outage) => ({
        from: outage.from,
        to: outage.to ?? duration,
        color: 'var(--bad)',
        about: `${name}: outage from ${outageInWords(outage)}: ${outage.because.join(', ')}`,
      })),
      ...path.broken.map((at) => ({
        from: at,
        to: at + duration / 400,
        color: 'var(--ink)',
        about: `${name}: the connection broke`,
      })),
    ]);
  }
  head('Layers');
  for (const { layer, states, correctAt } of layers) {
    const color = { correct: 'var(--good)', wrong: 'var(--bad)', 'not-examined': 'var(--line)' };
    const before = {
      from: 0,
      to: states[0]?.at ?? duration,
      color: 'var(--line)',
      about: `${layer}: not examined`,
    };
    strip(`${layer} · correct ${recoveryInWords(correctAt, faults)}`, [
      before,
      ...states.map(({ at, state }, index) => ({
        from: at,
        to: states[index + 1]?.at ?? duration,
        color: color[state],
        about: `${layer}: ${state}`,
      })),
    ]);
  }
  head('Events');
  const all = [...faults.flatMap(eventsOf), ...events].sort((a, b) => a.at - b.at);
  const shown = all.slice(0, mostEvents).map(({ at, machine, text }) => {
    const y = top + eventHeight / 2;
    top += eventHeight;
    return { at, y, text: `${machine === '' ? '' : `${machine}: `}${cut(text)}` };
  });
  if (all.length > shown.length) {
    texts.push({ text: `… and ${all.length - shown.length} more`, y: top + eventHeight / 2 });
    top += eventHeight;
  }
  return { bars, texts, heads, events: shown, height: top };
}

function eventsOf({ from, active, to }: FaultWindow) {
  return [
    { at: from, machine: '', text: 'fault: injection begins' },
    ...(active === undefined ? [] : [{ at: active, machine: '', text: 'fault: injected' }]),
    ...(to === undefined ? [] : [{ at: to, machine: '', text: 'fault: undone' }]),
  ];
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** The picture in words. */
function describe(report: MeasurementReport): string {
  const { paths, layers, faults } = report;
  return [
    ...faults.map((fault) => `Fault: ${faultInWords(fault)}.`),
    ...paths.map((path) => {
      const outages = path.outages.map(outageInWords).join(', ') || 'none';
      return `${pathInWords(path)}, ${kindTitles[path.kind]}: outages ${outages}.`;
    }),
    ...layers.map(
      ({ layer, correctAt }) => `${layer}: correct ${recoveryInWords(correctAt, faults)}.`,
    ),
    ...conclusionOf(report),
  ].join('\n');
}

function inSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}
