import { countOf } from '../../text/count-of.ts';
import { labelCard } from './card.ts';
import { type Column, noColumn, unseenJoint } from './column.ts';
import { labelHost, labelNote } from './host-label.ts';
import { cell, lines, row, table } from './label.ts';
import { portOf } from './ports.ts';
import type { Shown } from './shown.ts';
import { colorOf } from './style.ts';

/** Returns the column of findings without a host, the store, and the hosts. */
export function hostColumn({ hosts, store, notes, networks }: Shown): Column {
  return {
    nodes: [
      ...notes.map((note) => nodeOf(`note${note.number}`, 'note', labelNote(note))),
      ...(store === undefined ? [] : [nodeOf('store', 'store', labelStore(store))]),
      ...hosts.map((host, index) => nodeOf(`h${index}`, 'host', labelHost(host, networks))),
    ],
    joint: unseenJoint,
    edges: [],
  };
}

/** Adds room above and below. */
function nodeOf(id: string, what: string, label: string) {
  const room = row(cell({ HEIGHT: 5 }));
  const spaced = table({}, room, row(cell({}, label)), room);
  return { id, attributes: `class="${what}" label=<${spaced}>` };
}

function labelStore({ version, address, members, silence }: NonNullable<Shown['store']>): string {
  const about = silence ?? `key-value store · ${countOf(members.length, 'member')}`;
  const state = silence === undefined ? 'fine' : 'silent';
  return labelCard({ name: version ?? 'key-value store', address, about: [about], state });
}

/** The line on which hosts meet that are members in the store. */
export function memberColumn({ store, hosts }: Shown): Column {
  const known = new Set(store?.members.map((member) => member.replace(/:\d+$/, '')));
  const joined = hosts.flatMap(({ host }, index) => (known.has(host.address ?? '') ? [index] : []));
  if (store === undefined || joined.length === 0) return noColumn;
  const color = colorOf('soft');
  const line = `class="joins" color="${color}" style=dashed penwidth=1.2`;
  const attributes = `label="" shape=point width=0.03 color="${color}"`;
  return {
    nodes: ['k', ...joined.map((index) => `k${index}`)].map((id) => ({ id, attributes })),
    joint: line,
    edges: [
      `k -> store:w [${line} weight=50];`,
      ...joined.map((index) => `k${index} -> h${index}:${portOf.host}:w [${line} weight=50];`),
    ],
  };
}

/** Returns the column of published ports. */
export function portColumn({ hosts }: Shown): Column {
  const color = colorOf('good');
  const line = `class="outside" color="${color}" penwidth=1.5 arrowhead=normal arrowsize=0.7`;
  const published = hosts.flatMap(({ containers }, host) =>
    containers.flatMap(({ ports }, index) => (ports.length === 0 ? [] : [{ host, index, ports }])),
  );
  return {
    nodes: published.map(({ host, index, ports }) => {
      const texts = ['outside', ...ports.map((port) => `:${port.replace(/ .*/, '')}`)];
      const label = table(
        { CELLPADDING: 2 },
        row(cell({}, lines(texts, { color, size: 11 }, 'RIGHT'))),
      );
      return { id: `p${host}_${index}`, attributes: `label=<${label}>` };
    }),
    joint: unseenJoint,
    edges: published.map(
      ({ host, index }) =>
        `p${host}_${index}:e -> h${host}:${portOf.container(index)}:w [${line} weight=20];`,
    ),
  };
}
