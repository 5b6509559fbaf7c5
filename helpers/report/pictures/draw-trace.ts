import type { TraceHop, TraceReport } from '../../check/model/trace.ts';
import {
  isCut,
  kindInWords,
  namespaceInWords,
  positionInWords,
  renderTrace,
  traceHeadline,
  endsInWords,
} from '../text/render-trace.ts';
import { breakLines } from './topology/label.ts';
import { element, escapeXml } from '../text/xml.ts';
import type { Color } from './palette.ts';
import { smallSize, textSize } from './render-chart.ts';
import { picture } from './svg.ts';

const margin = 16;
const columnWidth = 336;
const cardWidth = 312;
const lineHeight = 15;
const gap = 16;
/** Characters in a line of a card. */
const cardColumns = 48;

interface Card {
  readonly hop: TraceHop;
  readonly lines: readonly (readonly [text: string, color: Color])[];
  readonly column: number;
  readonly top: number;
  readonly height: number;
}

/**
 * Draws a trace as SVG: a column for each host, a card for each hop with its table entries, from top to bottom in the order
 * of the packet's path.
 */
export function drawTrace(report: TraceReport): string {
  const hosts = [...new Set(report.hops.map(({ place }) => place.host))];
  const width = margin * 2 + Math.max(1, hosts.length) * columnWidth;
  const title = traceHeadline(report);
  const head = breakLines(title, Math.floor(width / 9.6));
  const top = margin + 20 * head.length + 28;
  const cards = placeCards(report, hosts, top);
  const color = report.outcome === 'answered' ? 'good' : 'bad';
  const height = Math.max(top, ...cards.map((one) => one.top + one.height)) + margin + 24;
  const content = [
    ...head.map((line, at) =>
      text(line, { x: margin, y: margin + 16 + 20 * at, color, size: 15, weight: 600 }),
    ),
    ...hosts.map((host, at) =>
      text(host, { x: leftOf(at), y: top - 12, color: 'ink', size: textSize, weight: 600 }),
    ),
    ...arrows(cards),
    ...cards.flatMap((card) => drawCard(card)),
    ...endMark(cards.at(-1), report),
  ];
  const description = renderTrace(report, { color: false, width: 100 });
  return picture({ width, height, title, description }, content);
}

function placeCards({ hops }: TraceReport, hosts: readonly string[], start: number): Card[] {
  let top = start;
  return hops.map((hop, index): Card => {
    const isTurn = hop.part === 'reply' && hops[index - 1]?.part === 'request';
    const lines = linesOf(hop, index + 1);
    const height = 10 + lineHeight * lines.length;
    if (isTurn) top += gap;
    const card = { hop, lines, column: hosts.indexOf(hop.place.host), top, height };
    top += height + gap;
    return card;
  });
}

function linesOf(hop: TraceHop, number: number): Card['lines'] {
  const { changes, entries } = hop;
  return [
    ...fill(`${number}  ${namespaceInWords(hop)}, ${positionInWords(hop)}`, 'ink'),
    ...fill(`${kindInWords(hop)} ${endsInWords(hop)}`, 'soft'),
    ...changes.flatMap((line) => fill(line, 'net-0')),
    ...entries.flatMap(({ kind, text: line, wrong }) => [
      ...fill(`${kind.replaceAll('-', ' ')}: ${line}`, 'soft'),
      ...(wrong === undefined ? [] : fill(`✖ ${wrong}`, 'bad')),
    ]),
  ];
}

function fill(line: string, color: Color): Card['lines'] {
  return breakLines(line, cardColumns).map((one) => [one, color] as const);
}

function drawCard({ hop, lines, column, top, height }: Card): string[] {
  const frame = {
    x: leftOf(column),
    y: top,
    width: cardWidth,
    height,
    rx: 5,
    style: `fill: var(--card); stroke: var(--${hop.part === 'request' ? 'net-0' : 'net-2'})`,
  };
  return [
    element('rect', frame),
    ...lines.map(([line, color], at) =>
      text(line, {
        x: leftOf(column) + 8,
        y: top + 16 + lineHeight * at,
        color,
        size: at === 0 ? textSize : smallSize,
        ...(at === 0 ? { weight: 600 } : {}),
      }),
    ),
  ];
}

function arrows(cards: readonly Card[]): string[] {
  return cards.slice(1).flatMap((card, at): string[] => {
    const before = cards[at];
    if (before === undefined) return [];
    const [x1, x2] = [middleOf(before.column), middleOf(card.column)];
    const [y1, y2] = [before.top + before.height, card.top];
    const middle = (y1 + y2) / 2;
    const style = `fill: none; stroke: var(--${card.hop.part === 'request' ? 'net-0' : 'net-2'}); stroke-width: 2`;
    return [
      element('path', { d: `M${x1} ${y1} V${middle} H${x2} V${y2}`, style }),
      element('path', { d: `M${x2 - 4} ${y2 - 6} L${x2} ${y2} L${x2 + 4} ${y2 - 6}`, style }),
    ];
  });
}

function endMark(last: Card | undefined, report: TraceReport): string[] {
  if (last === undefined || !isCut(report)) return [];
  const y = last.top + last.height + 18;
  return [
    text('✖ ends here', { x: leftOf(last.column), y, color: 'bad', size: textSize, weight: 600 }),
  ];
}

function leftOf(column: number): number {
  return margin + column * columnWidth;
}

function middleOf(column: number): number {
  return leftOf(column) + cardWidth / 2;
}

interface TextLook {
  readonly x: number;
  readonly y: number;
  readonly color: Color;
  readonly size: number;
  readonly weight?: number;
}

function text(line: string, { x, y, color, size, weight }: TextLook): string {
  const style = `fill: var(--${color}); font-size: ${size}px${weight === undefined ? '' : `; font-weight: ${weight}`}`;
  return element('text', { x, y, style }, escapeXml(line));
}
