import type { MappedNetwork, MappedService } from '../../text/cluster-map.ts';
import { countOf } from '../../text/count-of.ts';
import { box, nameSize, soft } from './card.ts';
import { type Column, noColumn, unseenJoint } from './column.ts';
import { hopsOf } from './hops.ts';
import { breakLines, cell, lines, row, table } from './label.ts';
import { portOf } from './ports.ts';
import type { Shown } from './shown.ts';
import { colorOf, colorOfNetwork } from './style.ts';

/** An endpoint on a network, by its position in the picture. */
interface End {
  readonly network: string;
  readonly host: number;
  readonly container: number;
  readonly end: number;
}

function endpointsOf({ hosts }: Shown): End[] {
  return hosts.flatMap(({ containers }, host) =>
    containers.flatMap(({ endpoints }, container) =>
      endpoints.map(({ network }, end) => ({ network, host, container, end })),
    ),
  );
}

function idOf(what: string, { host, container, end }: End): string {
  return `${what}${host}_${container}_${end}`;
}

/**
 * Returns the column of broken hops, each in the row of its unreachable target. Endpoints, whose lines pass here, have
 * positions among them, so that lines do not cross unnecessarily.
 */
export function hopColumn(shown: Shown): Column {
  const hops = hopsOf(shown);
  if (hops.length === 0) return noColumn;
  const line = `class="hop" color="${colorOf('bad')}" penwidth=2 style=dashed`;
  const signs = hops.map(({ number, to: { host, container } }) => {
    const text = lines([`✖ ${number}`], { color: colorOf('bad'), size: 12, bold: true });
    const label = table(box('bad-paper', 'bad'), row(cell({}, text)));
    return { id: `x${number}`, attributes: `label=<${label}>`, host, container, end: Infinity };
  });
  const passing = endpointsOf(shown).map((one) => {
    const color = colorOfNetwork(shown.networks.findIndex(({ name }) => name === one.network));
    return { ...one, id: idOf('t', one), attributes: `shape=point width=0.01 color="${color}"` };
  });
  return {
    nodes: [...signs, ...passing].toSorted(
      (one, other) =>
        one.host - other.host || one.container - other.container || one.end - other.end,
    ),
    joint: unseenJoint,
    edges: hops.flatMap(({ number, from, to }) => [
      // From the diagnosis to the sign, and on.
      `h${from}:${portOf.note(number)}:e -> x${number}:${to.host > from ? 'n' : 's'} [${line} weight=0];`,
      `${to.at}:e -> x${number}:w [${line} dir=back arrowtail=normal weight=100];`,
    ]),
  };
}

/** A network: its name, and a point for each end, on one line. */
export function networkColumn(
  shown: Shown,
  network: MappedNetwork,
  index: number,
  hasHops: boolean,
): Column {
  const color = colorOfNetwork(index);
  const endpoints = endpointsOf(shown).filter((one) => one.network === network.name);
  const line = `class="end" color="${color}" penwidth=1.5 weight=100`;
  const point = `class="end" label="" shape=circle fixedsize=true width=0.12 style=filled color="${color}" fillcolor="${color}"`;
  return {
    nodes: [
      { id: `net${index}`, attributes: `class="network" label=<${labelNetwork(network, color)}>` },
      ...endpoints.map((one) => ({ id: idOf('e', one), attributes: point })),
    ],
    joint: `class="network" color="${color}" penwidth=4`,
    edges: endpoints.map((one) => {
      const from = `h${one.host}:${portOf.end(one.container, one.end)}:e`;
      const [through, to] = [idOf('t', one), `${idOf('e', one)}:w`];
      return hasHops
        ? `${from} -> ${through} [${line} headclip=false]; ${through} -> ${to} [${line} tailclip=false];`
        : `${from} -> ${to} [${line}];`;
    }),
  };
}

/** Services of a network that are shown; the others are counted. */
const servicesShown = 12;

function labelNetwork(
  { name, subnets, vnis, services = [] }: MappedNetwork,
  color: string,
): string {
  const about = [
    ...(subnets.length === 0 ? ['no subnet'] : subnets),
    ...(vnis.length === 0 ? [] : [`VXLAN ${vnis.join(', ')}`]),
  ].flatMap((text) => breakLines(text, 20));
  return table(
    { CELLPADDING: 1 },
    row(cell({}, lines(breakLines(name, 14), { color, size: nameSize, bold: true }, 'CENTER'))),
    row(cell({}, lines(about, soft, 'CENTER'))),
    ...(services.length === 0 ? [] : [row(cell({}, labelServices(services)))]),
  );
}

/** Labels the services of a network, each with its virtual address and the number of its tasks. */
function labelServices(services: readonly MappedService[]): string {
  const shown = services
    .slice(0, servicesShown)
    .flatMap(({ name, address = 'dnsrr', tasks }) => [
      ...breakLines(name, 20),
      `${address}, ${countOf(tasks, 'task')}`,
    ]);
  const hidden = services.length - servicesShown;
  const more = hidden > 0 ? [`and ${countOf(hidden, 'service')} more`] : [];
  return table(
    { ...box('paper', 'line') },
    row(cell({}, lines([...shown, ...more], soft, 'CENTER'))),
  );
}
