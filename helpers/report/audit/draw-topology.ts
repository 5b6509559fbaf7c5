import wrapAnsi from 'wrap-ansi';
import type { AuditReport } from '../../check/report.ts';
import { mapCluster } from './cluster-map.ts';
import { countOf } from './count-of.ts';
import { headlineOf } from './headline.ts';
import { drawHops } from './picture/draw-hops.ts';
import { drawHost, drawNote } from './picture/draw-host.ts';
import { cardWidth, margin, type Placed, placeHosts } from './picture/place-hosts.ts';
import { networkColors, picture, textLine } from './picture/svg.ts';
import { renderVerdict } from './render-verdict.ts';
import { element } from './xml.ts';

/**
 * The topology as it was seen, as an SVG picture: hosts with their engines, the store, overlay networks as lines with
 * each container's end on them, and each diagnosis at its host, with the hop that is broken in red and numbered.
 */
export function drawTopology(report: AuditReport): string {
  const map = mapCluster(report.observation);
  // So many characters of that size are as wide as the narrowest picture.
  const title = wrapAnsi(headlineOf(report), 36).split('\n');
  const top = 28 + title.length * 20;
  const placed = placeHosts(map, report.diagnoses, { top, networkColors });
  const hops = drawHops(placed);
  const width = Math.max(placed.right + hops.width, 430);
  return picture(
    {
      width,
      height: placed.bottom,
      title: headlineOf(report),
      description: renderVerdict(report, { color: false, width: 100 }),
    },
    [
      ...drawHead(report, title, placed),
      ...drawLines(placed),
      ...drawStore(map.store, placed),
      ...placed.notes.map((note) => drawNote(note)),
      ...placed.hosts.flatMap((host) => drawHost(host, placed.networks)),
      ...hops.marks,
    ],
  );
}

function drawHead(report: AuditReport, title: readonly string[], { networks }: Placed): string[] {
  const below = 26 + title.length * 20;
  const color = { healthy: 'good', defects: 'bad', incomplete: 'warn' }[report.verdict];
  return [
    ...title.map((line, index) =>
      textLine(margin, 28 + index * 20, line, { class: `title ${color}` }),
    ),
    textLine(margin, below, `seen ${report.startedAt.replace(/\.\d+Z$/, 'Z')}`, { class: 'soft' }),
    ...networks.flatMap(({ network, letter, color: own }, index) => {
      const y = below + 22 + index * 20;
      const vxlan = network.vnis.length === 0 ? '' : ` · VXLAN ${network.vnis.join(', ')}`;
      const text = `${network.name} · ${network.subnets.join(', ') || 'no subnet'}${vxlan}`;
      return [
        ...drawLetter(margin + 8, y - 4, letter, own),
        textLine(margin + 24, y, text, {}, 46),
      ];
    }),
  ];
}

/** The networks' lines, from the first host to the last, with their letters on top. */
function drawLines({ hosts, networks }: Placed): string[] {
  const [first] = hosts;
  const last = hosts.at(-1);
  if (first === undefined || last === undefined) return [];
  const [y1, y2] = [first.y + 12, last.y + last.height - 8];
  return networks.flatMap(({ letter, color, x }) => [
    element('line', { class: `net-${color}`, x1: x, y1, x2: x, y2, 'stroke-width': 4 }),
    ...drawLetter(x, y1, letter, color),
  ]);
}

function drawLetter(cx: number, cy: number, letter: string, color: number): string[] {
  return [
    element('circle', { class: `net-${color}`, cx, cy, r: 8 }),
    textLine(cx, cy + 4, letter, { class: `letter-${color} mid` }),
  ];
}

/** The store, and that the engines meet in it. */
function drawStore(
  store: ReturnType<typeof mapCluster>['store'],
  { storeY, hosts }: Placed,
): string[] {
  const last = hosts.at(-1);
  if (store === undefined || storeY === undefined) return [];
  const { version, address, members, silence } = store;
  const known = new Set(members.map((member) => member.replace(/:\d+$/, '')));
  const about = `key-value store · ${countOf(members.length, 'member')}`;
  const box = { x: margin, y: storeY, width: cardWidth, height: 42, rx: 21 };
  const x = margin - 8;
  const joined = hosts.filter(({ host }) => known.has(host.address ?? ''));
  const end = joined.at(-1);
  return [
    element('rect', { class: silence === undefined ? 'card' : 'card gone', ...box }),
    textLine(margin + 18, storeY + 18, version ?? 'key-value store', { class: 'strong' }, 26),
    textLine(margin + 18, storeY + 34, silence ?? about, { class: 'soft' }, 46),
    textLine(margin + cardWidth - 16, storeY + 18, address ?? '', { class: 'soft end' }),
    ...(end === undefined || last === undefined
      ? []
      : [
          element('path', {
            class: 'control',
            d: `M${margin} ${storeY + 21} H${x} V${end.y + 16}`,
          }),
          ...joined.map(({ y }) =>
            element('path', { class: 'control', d: `M${x} ${y + 16} H${margin}` }),
          ),
        ]),
  ];
}
