import {
  cardWidth,
  margin,
  type PlacedContainer,
  type PlacedHost,
  type PlacedNetwork,
  type PlacedNote,
} from './place-hosts.ts';
import { countOf } from '../count-of.ts';
import { element, escapeXml } from '../xml.ts';
import { textLine } from './svg.ts';

const right = margin + cardWidth;

/** A host: its engine, its containers with their ends on the networks' lines, and what is wrong with it. */
export function drawHost(
  { host, y, height, containers, hidden, notes }: PlacedHost,
  networks: readonly PlacedNetwork[],
): string[] {
  const { name, address, engineVersion, silence, role } = host;
  const engine = engineVersion === undefined ? 'engine not asked' : `engine ${engineVersion}`;
  const said = silence === undefined ? engine : `engine: ${silence}`;
  const classes = ['card', silence === undefined ? '' : 'gone', notes.length > 0 ? 'broken' : ''];
  return [
    element('rect', {
      class: classes.join(' ').trim(),
      x: margin,
      y,
      width: cardWidth,
      height,
      rx: 8,
    }),
    textLine(margin + 12, y + 20, name, { class: 'strong' }, 26),
    textLine(right - 12, y + 20, address ?? '', { class: 'soft end' }),
    textLine(margin + 12, y + 38, [said, role].filter(Boolean).join(' · '), { class: 'soft' }, 48),
    ...containers.flatMap((one) => drawContainer(one, networks)),
    ...(hidden.count === 0
      ? []
      : [
          textLine(margin + 12, hidden.y, `and ${countOf(hidden.count, 'more container')}`, {
            class: 'soft',
          }),
        ]),
    ...notes.map((note) => drawNote(note)),
  ];
}

function drawContainer(
  { container, y, height }: PlacedContainer,
  networks: readonly PlacedNetwork[],
): string[] {
  const { name, image, status, ends, ports } = container;
  const x = margin + 10;
  const isRunning = status === 'running';
  const state = isRunning ? [] : [status];
  const about = [...state, ...ports.map((port) => `port ${port}`), image].join(' · ');
  const box = { x, y, width: cardWidth - 20, height, rx: 5 };
  return [
    element('rect', { class: isRunning ? 'inner' : 'inner gone', ...box }),
    textLine(x + 10, y + 17, name, {}, ends.length > 0 ? 28 : 40),
    textLine(x + 10, y + 32, about, { class: 'soft' }, ends.length > 1 ? 32 : 46),
    ...ends.flatMap(({ network, address }, index) => {
      const line = networks.find((one) => one.network.name === network);
      const at = y + 17 + index * 18;
      const text = textLine(right - 18, at, address, { class: 'end' });
      if (line === undefined) return [text];
      const color = `net-${line.color}`;
      return [
        text,
        element('line', {
          class: color,
          x1: right - 12,
          y1: at - 4,
          x2: line.x,
          y2: at - 4,
          'stroke-width': 2,
        }),
        element('circle', { class: color, cx: line.x, cy: at - 4, r: 5 }),
      ];
    }),
  ];
}

/** What is wrong, as a sign, a number, its code and its place. */
export function drawNote({ diagnosis, number, place, y, bottom }: PlacedNote): string {
  const { code, summary } = diagnosis;
  const x = margin + 10;
  const box = { x, y: y + 1, width: cardWidth - 20, height: bottom - y - 4, rx: 10 };
  return element(
    'g',
    {},
    element('title', {}, escapeXml(summary)),
    element('rect', { class: 'pill', ...box }),
    textLine(x + 10, y + 15, `✖ ${number} ${code}`, { class: 'bad strong' }),
    ...(place === undefined ? [] : [textLine(x + 10, y + 31, place, { class: 'soft' }, 46)]),
  );
}
