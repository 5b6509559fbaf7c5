import type { TraceHop, TraceReport } from '../../check/model/trace.ts';
import { type Paint, painter, type TextLayout, wrapText } from './text-layout.ts';

const signs = { answered: '✔', refused: '✖', arrived: '✖', lost: '✖' } as const;

/** The result of a trace in one line, without colors. */
export function traceHeadline({ outcome, summary, from, to, protocol, port }: TraceReport): string {
  const what = protocol === 'icmp' ? 'ICMP echo' : `${protocol.toUpperCase()} port ${port}`;
  return `${signs[outcome]} ${from.name} → ${to.name}, ${what}: ${summary}`;
}

/** Renders a trace for people: the result, then every hop of the request and of the reply. Without a trailing newline. */
export function renderTrace(report: TraceReport, layout: TextLayout): string {
  const paint = painter(layout);
  const color = report.outcome === 'answered' ? 'green' : 'red';
  const sections = [
    wrapText(traceHeadline(report), layout, '', 0).map((line) => paint('bold', paint(color, line))),
    ...(['request', 'reply'] as const).map((part) => renderPart(part, report, layout)),
    report.unobserved.flatMap((line) => wrapText(`not observed: ${line}`, layout, '', 2)),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function renderPart(part: TraceHop['part'], report: TraceReport, layout: TextLayout): string[] {
  const { hops } = report;
  const own = hops.flatMap((hop, index) => (hop.part === part ? [{ hop, index }] : []));
  const [first] = own;
  if (first === undefined) return [];
  const paint = painter(layout);
  const widths = [
    Math.max(...hops.map(({ place }) => place.host.length)),
    Math.max(...hops.map((hop) => namespaceInWords(hop).length)),
  ] as const;
  const isEnd = (index: number) => index === hops.length - 1 && isCut(report);
  return [
    ...wrapText(`${part}: ${kindInWords(first.hop)} ${endsInWords(first.hop)}`, layout, '', 0).map(
      (line) => paint('bold', line),
    ),
    ...own.flatMap(({ hop, index }) => [
      ...renderHop(hop, index + 1, widths, layout),
      ...(isEnd(index) ? [paint('red', '    ✖ ends here')] : []),
    ]),
  ];
}

const indent = 6;
const labelled = indent + 17;

function renderHop(
  hop: TraceHop,
  number: number,
  [hostWidth, namespaceWidth]: readonly [number, number],
  layout: TextLayout,
): string[] {
  const paint = painter(layout);
  const { place, changes, entries } = hop;
  const where = [
    place.host.padEnd(hostWidth),
    namespaceInWords(hop).padEnd(namespaceWidth),
    positionInWords(hop),
  ].join('  ');
  return [
    ...wrapText(where, layout, `${number}`.padStart(3), 5),
    ...changes.flatMap((text) => renderField('change', text, layout, paint)),
    ...entries.flatMap(({ kind, text, wrong }) => [
      ...renderField(kind, text, layout, paint),
      ...(wrong === undefined ? [] : renderField('', `✖ ${wrong}`, layout, paint)),
    ]),
  ];
}

function renderField(label: string, text: string, layout: TextLayout, paint: Paint): string[] {
  const head = `${' '.repeat(indent)}${label.replaceAll('-', ' ')}`.padEnd(labelled);
  return wrapText(text, layout, paint('dim', head), labelled);
}

/** The namespace of a hop: "container web", "overlay my-net", "host". */
export function namespaceInWords({ place: { kind, name } }: Pick<TraceHop, 'place'>): string {
  if (kind === 'host') return 'host';
  // Without the IDs of a task and its node.
  if (kind === 'container') return `container ${name.replace(/(?:\.[\da-z]{25}){1,2}$/, '')}`;
  return kind === 'mesh' ? 'routing mesh' : `${kind.replace('-', ' ')} ${name}`;
}

/** The device and direction of a hop: "eth0 out". */
export function positionInWords({ device, direction }: Pick<TraceHop, 'device' | 'direction'>) {
  return device === 'input' ? 'past the firewall' : `${device} ${direction}`;
}

const kinds: Readonly<Record<TraceHop['kind'], string>> = {
  echo: 'ICMP echo request',
  'echo-reply': 'ICMP echo reply',
  datagram: 'UDP datagram',
  syn: 'TCP SYN',
  'syn-ack': 'TCP SYN-ACK',
  ack: 'TCP segment',
  fin: 'TCP FIN',
  rst: 'TCP RST',
  unreachable: 'ICMP destination unreachable',
  'time-exceeded': 'ICMP time exceeded',
  esp: 'ESP packet',
};

/** Returns true if the packet or its reply did not come to its destination. */
export function isCut({ outcome }: Pick<TraceReport, 'outcome'>): boolean {
  return outcome === 'lost' || outcome === 'arrived';
}

/** The kind of a packet in words. */
export function kindInWords({ kind }: Pick<TraceHop, 'kind'>): string {
  return kinds[kind];
}

/** The addresses of a packet: "10.0.9.2 → 10.0.9.4:80". */
export function endsInWords(hop: TraceHop): string {
  const { source, sourcePort, destination, destinationPort } = hop;
  return `${withPort(source, sourcePort)} → ${withPort(destination, destinationPort)}`;
}

function withPort(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address}:${port}`;
}
