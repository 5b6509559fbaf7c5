import { noColumn, writeColumn } from './column.ts';
import { hostColumn, memberColumn, portColumn } from './host-columns.ts';
import { breakLines, cell, lines, row, table } from './label.ts';
import { hopColumn, networkColumn } from './network-columns.ts';
import { measuredFont } from './run-graphviz.ts';
import { soft } from './card.ts';
import type { Shown } from './shown.ts';
import { colorOf } from './style.ts';

/** The text above the graph. */
export interface Head {
  readonly title: string;
  readonly color: string;
  readonly seen: string;
}

/**
 * The picture as a graph, in Graphviz's language. It runs from left to right: published ports, the line of the store's
 * members, the hosts below one another, the signs of broken hops, and a column for each network with a point for each end.
 */
export function writeGraph(shown: Shown, head: Head): string {
  const hops = hopColumn(shown);
  const hasHops = hops !== noColumn;
  const columns = [
    portColumn(shown),
    memberColumn(shown),
    hostColumn(shown),
    hops,
    ...shown.networks.map((network, index) => networkColumn(shown, network, index, hasHops)),
  ].filter(({ nodes }) => nodes.length > 0);
  const font = `fontname="${measuredFont}"`;
  return [
    'digraph {',
    `graph [rankdir=LR nodesep=0.06 ranksep=${hasHops ? 0.28 : 0.18} bgcolor=transparent];`,
    `graph [labelloc=t labeljust=l ${font} label=<${labelHead(head, shown)}>];`,
    `node [shape=plain ${font}];`,
    'edge [arrowhead=none];',
    ...columns.flatMap((column) => writeColumn(column)),
    // Keeps the order of columns, even without an edge between them.
    `${columns.map(({ nodes }) => nodes[0]?.id ?? '').join(' -> ')} [style=invis weight=0];`,
    ...columns.flatMap(({ edges }) => edges),
    '}',
  ].join('\n');
}

function labelHead({ title, color, seen }: Head, { usual, index }: Shown): string {
  const said = [seen, ...(usual === undefined ? [] : [usual])];
  return table(
    { CELLPADDING: 2 },
    row(cell({}, lines(breakLines(title, 40), { color, size: 16, bold: true }))),
    row(cell({}, lines(said, soft))),
    ...index.map((text) =>
      row(cell({}, lines(breakLines(text, 56), { color: colorOf('bad'), size: 12 }))),
    ),
    row(cell({ HEIGHT: 4 })),
  );
}
