import type { Diagnosis } from '../../../check/diagnosis.ts';
import { cardWidth, margin, type Placed, type PlacedHost, type PlacedNote } from './place-hosts.ts';
import { element } from '../xml.ts';
import { textLine } from './svg.ts';

const laneWidth = 30;

interface Hop {
  readonly note: PlacedNote;
  readonly fromY: number;
  readonly toY: number;
}

/** Each hop that is broken: an arrow from the host with the defect to what it does not reach, crossed out. */
export function drawHops(placed: Placed): { readonly marks: string[]; readonly width: number } {
  const hops = placed.hosts.flatMap(({ host, notes }) =>
    notes.flatMap((note): Hop[] => {
      const toY = whereTo(note.diagnosis, host.name, placed);
      return toY === undefined ? [] : [{ note, fromY: note.y + 11, toY }];
    }),
  );
  const lanes = chooseLanes(hops);
  const marks = hops.flatMap((hop) => {
    const { note, fromY, toY } = hop;
    const start = margin + cardWidth - 10;
    const edge = margin + cardWidth;
    const lane = placed.right + laneWidth * (lanes.get(hop) ?? 0) + 8;
    const middle = (fromY + toY) / 2;
    return [
      element('path', {
        class: 'hop',
        d: `M${start} ${fromY} H${lane - 6} Q${lane} ${fromY} ${lane} ${fromY + Math.sign(toY - fromY) * 6} V${toY - Math.sign(toY - fromY) * 6} Q${lane} ${toY} ${lane - 6} ${toY} H${edge + 8}`,
      }),
      element('path', { class: 'arrow', d: `M${edge} ${toY} l10 -5 v10 z` }),
      element('rect', {
        class: 'pill',
        x: lane - 14,
        y: middle - 10,
        width: 28,
        height: 20,
        rx: 10,
      }),
      textLine(lane, middle + 4.5, `✖${note.number}`, { class: 'bad strong mid' }),
    ];
  });
  const most = Math.max(-1, ...lanes.values());
  return { marks, width: laneWidth * (most + 1) + 8 };
}

/** The first lane that is free over the whole height of a hop. */
function chooseLanes(hops: readonly Hop[]): ReadonlyMap<Hop, number> {
  const lanes = new Map<Hop, number>();
  const ends: number[] = [];
  const topOf = ({ fromY, toY }: Hop) => Math.min(fromY, toY);
  for (const hop of hops.toSorted((one, other) => topOf(one) - topOf(other))) {
    const free = ends.findIndex((end) => end < topOf(hop));
    const lane = free === -1 ? ends.length : free;
    ends[lane] = Math.max(hop.fromY, hop.toY) + laneWidth / 2;
    lanes.set(hop, lane);
  }
  return lanes;
}

/** The height at which the other end stands: the container that is not reached, its host, or the store. */
function whereTo({ code, where }: Diagnosis, from: string, placed: Placed): number | undefined {
  const { peer, towards, container } = where;
  const others = placed.hosts.filter(({ host }) => host.name !== from);
  const target =
    containerY(others, towards) ?? containerY(others, container) ?? hostY(others, peer);
  if (target !== undefined) return target;
  if (code.startsWith('keystore-') && placed.storeY !== undefined) return placed.storeY + 21;
  return undefined;
}

function containerY(hosts: readonly PlacedHost[], name: string | undefined): number | undefined {
  const found = hosts
    .flatMap(({ containers }) => containers)
    .find(({ container }) => container.name === name);
  return found === undefined ? undefined : found.y + found.height - 8;
}

function hostY(hosts: readonly PlacedHost[], name: string | undefined): number | undefined {
  const found = hosts.find(({ host }) => host.name === name);
  return found === undefined ? undefined : found.y + 16;
}
