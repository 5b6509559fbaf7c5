import type { MappedNetwork } from '../cluster-map.ts';
import { countOf } from '../count-of.ts';
import { colorOf, colorOfNetwork } from './style.ts';
import { hopsOf } from './hops.ts';
import { labelHost, labelNote } from './host-label.ts';
import { breakLines, cell, lines, row, table } from './label.ts';
import { portOf } from './ports.ts';
import { measuredFont } from './run-graphviz.ts';
import type { Shown } from './shown.ts';

/** What stands above all else. */
export interface Head {
  readonly title: string;
  readonly color: string;
  readonly seen: string;
}

/**
 * The picture as a graph for Graphviz, in its language. It runs from left to right: published ports, the line on which
 * engines meet, the hosts below one another, broken hops, and a column for each network with a point for each end.
 */
export function writeGraph(shown: Shown, head: Head): string {
  const signs = hopColumn(shown);
  const columns = [
    portColumn(shown),
    controlColumn(shown),
    hostColumn(shown),
    signs,
    ...shown.networks.map((network, index) => networkColumn(shown, network, index, signs !== none)),
  ].filter(({ nodes }) => nodes.length > 0);
  const firsts = columns.map(({ nodes }) => nodes[0]?.id ?? '');
  return [
    'digraph {',
    `graph [rankdir=LR nodesep=0.06 ranksep=${signs === none ? 0.18 : 0.28} fontname="${measuredFont}" labelloc=t labeljust=l bgcolor=transparent];`,
    `node [shape=plain fontname="${measuredFont}"];`,
    'edge [arrowhead=none];',
    `graph [label=<${labelHead(head, shown)}>];`,
    ...columns.flatMap((column) => writeColumn(column)),
    `${firsts.join(' -> ')} [style=invis weight=0];`,
    ...columns.flatMap(({ edges }) => edges),
    '}',
  ].join('\n');
}

interface Column {
  readonly nodes: readonly { readonly id: string; readonly attributes: string }[];
  /** How what stands below one another is joined. */
  readonly joint: string | undefined;
  readonly edges: readonly string[];
}

const none: Column = { nodes: [], joint: undefined, edges: [] };

/** Nodes below one another, in their order. */
function writeColumn({ nodes, joint }: Column): string[] {
  return [
    '{ rank=same;',
    ...nodes.map(({ id, attributes }) => `${id} [${attributes}];`),
    ...(nodes.length > 1 && joint !== undefined
      ? [`${nodes.map(({ id }) => id).join(' -> ')} [${joint}];`]
      : []),
    '}',
  ];
}

const apart = 'style=invis';

function portColumn({ hosts }: Shown): Column {
  const all = hosts.flatMap(({ containers }, host) =>
    containers.flatMap(({ ports }, index) =>
      ports.length === 0
        ? []
        : [{ id: `p${host}_${index}`, ports, to: `h${host}:${portOf.container(index)}:w` }],
    ),
  );
  return {
    nodes: all.map(({ id, ports }) => {
      const outside = ports.map((port) => port.replace(/ .*/, ''));
      const label = table(
        { CELLPADDING: 2 },
        row(
          cell(
            {},
            lines(
              ['outside', ...outside.map((port) => `:${port}`)],
              { color: colorOf('good'), size: 11 },
              'RIGHT',
            ),
          ),
        ),
      );
      return { id, attributes: `label=<${label}>` };
    }),
    joint: apart,
    edges: all.map(
      ({ id, to }) =>
        `${id}:e -> ${to} [class="outside" color="${colorOf('good')}" penwidth=1.5 arrowhead=normal arrowsize=0.7 weight=20];`,
    ),
  };
}

function controlColumn({ store, hosts }: Shown): Column {
  if (store === undefined) return none;
  const known = new Set(store.members.map((member) => member.replace(/:\d+$/, '')));
  const joined = hosts.flatMap(({ host }, index) => (known.has(host.address ?? '') ? [index] : []));
  if (joined.length === 0) return none;
  const line = `class="joins" color="${colorOf('soft')}" style=dashed penwidth=1.2`;
  const point = `label="" shape=point width=0.03 color="${colorOf('soft')}"`;
  return {
    nodes: ['k', ...joined.map((index) => `k${index}`)].map((id) => ({ id, attributes: point })),
    joint: line,
    edges: [
      `k -> store:w [${line} weight=50];`,
      ...joined.map((index) => `k${index} -> h${index}:${portOf.host}:w [${line} weight=50];`),
    ],
  };
}

function hostColumn({ hosts, store, notes, networks }: Shown): Column {
  const top = [
    ...notes.map((note) => ({
      id: `note${note.number}`,
      attributes: `label=<${spaced(labelNote(note))}>`,
    })),
    ...(store === undefined
      ? []
      : [{ id: 'store', attributes: `class="store" label=<${spaced(labelStore(store))}>` }]),
  ];
  return {
    nodes: [
      ...top,
      ...hosts.map((host, index) => ({
        id: `h${index}`,
        attributes: `class="host" label=<${spaced(labelHost(host, networks))}>`,
      })),
    ],
    joint: apart,
    edges: [],
  };
}

/** Room above and below. */
function spaced(label: string): string {
  return table({}, row(cell({ HEIGHT: 5 })), row(cell({}, label)), row(cell({ HEIGHT: 5 })));
}

function labelStore({ version, address, members, silence }: NonNullable<Shown['store']>): string {
  const soft = { color: colorOf('soft'), size: 11 };
  const about = silence ?? `key-value store · ${countOf(members.length, 'member')}`;
  return table(
    {
      BORDER: silence === undefined ? 1 : 2,
      STYLE: silence === undefined ? 'ROUNDED' : 'ROUNDED,DASHED',
      BGCOLOR: colorOf('card'),
      COLOR: silence === undefined ? colorOf('line') : colorOf('bad'),
      CELLSPACING: 6,
    },
    row(
      cell(
        { WIDTH: 140 },
        lines(breakLines(version ?? 'key-value store', 24), { size: 13, bold: true }),
      ),
      cell({ ALIGN: 'RIGHT' }, lines([address ?? ''], soft, 'RIGHT')),
    ),
    row(cell({ COLSPAN: 2, WIDTH: 254 }, lines(breakLines(about, 38), soft))),
  );
}

/**
 * The signs of broken hops, each in the row of what is not reached. All that passes through this column has its place in
 * it, so that nothing crosses over what it need not.
 */
function hopColumn(shown: Shown): Column {
  const hops = hopsOf(shown);
  if (hops.length === 0) return none;
  const line = `class="hop" color="${colorOf('bad')}" penwidth=2 style=dashed`;
  const signs = hops.map(({ number, row: host, container }) => {
    const label = table(
      {
        BORDER: 1,
        STYLE: 'ROUNDED',
        BGCOLOR: colorOf('bad-paper'),
        COLOR: colorOf('bad'),
        CELLPADDING: 2,
      },
      row(cell({}, lines([`✖ ${number}`], { color: colorOf('bad'), size: 12, bold: true }))),
    );
    const node = { id: `x${number}`, attributes: `label=<${label}>` };
    return { node, host, container, end: Infinity };
  });
  const passing = endsOf(shown).map(({ network, host, container, end }) => {
    const color = colorOfNetwork(shown.networks.findIndex(({ name }) => name === network));
    const node = {
      id: passId(host, container, end),
      attributes: `shape=point width=0.01 color="${color}"`,
    };
    return { node, host, container, end };
  });
  const all = [...signs, ...passing].toSorted(
    (one, other) => one.host - other.host || one.container - other.container || one.end - other.end,
  );
  return {
    nodes: all.map(({ node }) => node),
    joint: apart,
    // The line to the sign begins at the diagnosis.
    edges: hops.flatMap(({ number, from, to, isBelow }) => [
      `${from}:e -> x${number}:${isBelow ? 'n' : 's'} [${line} weight=0];`,
      `${to}:e -> x${number}:w [${line} dir=back arrowtail=normal weight=100];`,
    ]),
  };
}

function endsOf({ hosts }: Shown) {
  return hosts.flatMap(({ containers }, host) =>
    containers.flatMap(({ ends }, container) =>
      ends.map(({ network }, end) => ({ network, host, container, end })),
    ),
  );
}

function passId(host: number, container: number, end: number): string {
  return `t${host}_${container}_${end}`;
}

function networkColumn(
  shown: Shown,
  network: MappedNetwork,
  index: number,
  hasSigns: boolean,
): Column {
  const color = colorOfNetwork(index);
  const all = endsOf(shown)
    .filter((one) => one.network === network.name)
    .map(({ host, container, end }) => ({
      id: `e${host}_${container}_${end}`,
      at: `h${host}:${portOf.end(container, end)}`,
      through: passId(host, container, end),
    }));
  const line = `class="end" color="${color}" penwidth=1.5 weight=100`;
  const about = [
    ...(network.subnets.length === 0 ? ['no subnet'] : network.subnets),
    ...(network.vnis.length === 0 ? [] : [`VXLAN ${network.vnis.join(', ')}`]),
  ];
  const label = table(
    { CELLPADDING: 1 },
    row(
      cell(
        { ALIGN: 'CENTER' },
        lines(breakLines(network.name, 14), { color, size: 13, bold: true }, 'CENTER'),
      ),
    ),
    ...about.map((text) =>
      row(cell({ ALIGN: 'CENTER' }, lines([text], { size: 11, color: colorOf('soft') }, 'CENTER'))),
    ),
  );
  return {
    nodes: [
      { id: `net${index}`, attributes: `class="network" label=<${label}>` },
      ...all.map(({ id }) => ({
        id,
        attributes: `class="end" label="" shape=circle fixedsize=true width=0.12 style=filled color="${color}" fillcolor="${color}"`,
      })),
    ],
    joint: `class="network" color="${color}" penwidth=4`,
    edges: all.map(({ id, at, through }) =>
      hasSigns
        ? `${at}:e -> ${through} [${line} headclip=false]; ${through} -> ${id}:w [${line} tailclip=false];`
        : `${at}:e -> ${id}:w [${line}];`,
    ),
  };
}

function labelHead({ title, color, seen }: Head, { usual }: Shown): string {
  return table(
    { CELLPADDING: 2 },
    row(cell({}, lines(breakLines(title, 40), { color, size: 16, bold: true }))),
    ...[seen, usual].map((text) =>
      row(cell({}, lines([text ?? ''], { color: colorOf('soft'), size: 11 }))),
    ),
    row(cell({ HEIGHT: 8 })),
  );
}
