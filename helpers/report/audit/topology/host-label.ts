import { countOf } from '../count-of.ts';
import type { MappedContainer, MappedNetwork } from '../cluster-map.ts';
import type { Attributes } from '../xml.ts';
import { colorOf, colorOfNetwork } from './style.ts';
import { breakLines, cell, lines, row, table } from './label.ts';
import { portOf } from './ports.ts';
import type { ShownHost, ShownNote } from './shown.ts';

const nameSize = 13;
const softSize = 11;
/** Characters that are as wide as a host is drawn. */
const softMost = 38;
const soft = { color: colorOf('soft'), size: softSize };

/** A host: its engine, its containers with a row for each of their ends, and what is wrong with it. */
export function labelHost(shown: ShownHost, networks: readonly MappedNetwork[]): string {
  const { host, containers, brief, isUsual, hidden, notes } = shown;
  const { name, address, engineVersion, silence, role } = host;
  const engine = engineVersion === undefined ? 'engine not asked' : `engine ${engineVersion}`;
  const said = silence === undefined ? engine : `engine: ${silence}`;
  const about = [role, isUsual ? undefined : said].filter((one) => one !== undefined);
  const style = silence === undefined ? 'ROUNDED' : 'ROUNDED,DASHED';
  const isBroken = notes.length > 0 || silence !== undefined;
  return table(
    {
      BORDER: isBroken ? 2 : 1,
      STYLE: style,
      BGCOLOR: colorOf('card'),
      COLOR: isBroken ? colorOf('bad') : colorOf('line'),
      CELLSPACING: 6,
    },
    row(
      cell(
        { PORT: portOf.host, WIDTH: 254 },
        table(
          {},
          row(
            cell({}, lines(breakLines(name, 24), { size: nameSize, bold: true })),
            cell({ ALIGN: 'RIGHT', VALIGN: 'TOP' }, lines([address ?? ''], soft, 'RIGHT')),
          ),
          ...(about.length === 0
            ? []
            : [row(cell({ COLSPAN: 2 }, lines(breakLines(about.join(' · '), softMost), soft)))]),
        ),
      ),
    ),
    ...containers.map((one, index) =>
      row(cell({}, labelContainer(one, index, brief.has(one), networks))),
    ),
    ...(hidden === 0
      ? []
      : [row(cell({}, lines([`and ${countOf(hidden, 'more container')}`], soft)))]),
    ...notes.map((note) => row(cell({}, labelNote(note)))),
  );
}

function labelContainer(
  { name, image, status, ends, ports }: MappedContainer,
  index: number,
  isBrief: boolean,
  networks: readonly MappedNetwork[],
): string {
  const isRunning = status === 'running';
  const about = [...(isRunning ? [] : [status]), ...ports.map((port) => `port ${port}`), image];
  const nameLines = lines(breakLines(name, ends.length > 0 ? 26 : 36), { size: nameSize });
  const rows = ends.map(({ network, address }, end) => {
    const at = networks.findIndex((one) => one.name === network);
    const color = at === -1 ? colorOf('soft') : colorOfNetwork(at);
    const text = lines([address], { color, size: 12 }, 'RIGHT');
    return cell({ PORT: portOf.end(index, end), ALIGN: 'RIGHT' }, text);
  });
  const [first = cell({}, ''), ...more] = rows;
  return table(
    {
      ...box(colorOf('paper'), isRunning ? colorOf('line') : colorOf('soft'), !isRunning),
      CELLPADDING: 3,
    },
    row(cell({ ROWSPAN: Math.max(1, rows.length) }, nameLines), first),
    ...more.map((one) => row(one)),
    ...(isBrief
      ? []
      : [
          row(
            cell(
              { COLSPAN: 2, PORT: portOf.container(index) },
              lines(breakLines(about.join(' · '), softMost), soft),
            ),
          ),
        ]),
  );
}

/** What is wrong, as a sign, a number, its code and its place. */
export function labelNote({ diagnosis, number, place }: ShownNote): string {
  const head = `✖ ${number} ${diagnosis.code}`;
  return table(
    { ...box(colorOf('bad-paper'), colorOf('bad')), CELLPADDING: 3 },
    row(
      cell(
        { PORT: portOf.note(number) },
        lines([head], { color: colorOf('bad'), size: nameSize, bold: true }),
      ),
    ),
    ...(place === undefined ? [] : [row(cell({}, lines(breakLines(place, softMost), soft)))]),
  );
}

function box(background: string, line: string, isDashed = false): Attributes {
  const style = isDashed ? 'ROUNDED,DASHED' : 'ROUNDED';
  return { BORDER: 1, STYLE: style, BGCOLOR: background, COLOR: line };
}
