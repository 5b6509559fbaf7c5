import { countOf } from '../../text/count-of.ts';
import type { MappedNetwork } from '../../text/cluster-map.ts';
import { box, labelCard, nameSize, soft, softMost } from './card.ts';
import { breakLines, cell, lines, row, table } from './label.ts';
import { portOf } from './ports.ts';
import type { ShownContainer, ShownHost, ShownNote } from './shown.ts';
import { colorOf, colorOfNetwork } from './style.ts';

/** A host: its engine, its containers with a row for each of their endpoints, and what is wrong with it. */
export function labelHost(shown: ShownHost, networks: readonly MappedNetwork[]): string {
  const { host, containers, isUsual, hidden, notes } = shown;
  const { name, address, engineVersion, silence, role } = host;
  const engine = engineVersion === undefined ? 'engine not examined' : `engine ${engineVersion}`;
  const said = silence === undefined ? engine : `engine: ${silence}`;
  const about = [role, isUsual ? undefined : said].filter((one) => one !== undefined);
  const state = silence !== undefined ? 'silent' : notes.length > 0 ? 'broken' : 'fine';
  return labelCard({ port: portOf.host, name, address, about, state }, [
    ...containers.map((one, index) => labelContainer(one, index, networks)),
    ...(hidden === 0 ? [] : [lines([`and ${countOf(hidden, 'more container')}`], soft)]),
    ...notes.map((note) => labelNote(note)),
  ]);
}

function labelContainer(
  { name, image, status, endpoints, ports, isBrief, isEngines }: ShownContainer,
  index: number,
  networks: readonly MappedNetwork[],
): string {
  const isRunning = status === 'running';
  const about = [...(isRunning ? [] : [status]), ...ports.map((port) => `port ${port}`), image];
  const look = isEngines ? soft : { size: nameSize };
  const nameLines = lines(breakLines(name, endpoints.length > 0 ? 26 : 36), look);
  const rows = endpoints.map(({ network, address }, end) => {
    const at = networks.findIndex((one) => one.name === network);
    const color = at === -1 ? colorOf('soft') : colorOfNetwork(at);
    const text = lines([address], { color, size: 12 }, 'RIGHT');
    return cell({ PORT: portOf.end(index, end), ALIGN: 'RIGHT' }, text);
  });
  const [first = cell({}), ...more] = rows;
  return table(
    box('paper', isRunning ? 'line' : 'soft', !isRunning),
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

/** Labels a finding with a sign, its number, code and location. */
export function labelNote({ diagnosis, number, place }: ShownNote): string {
  const head = `✖ ${number} ${diagnosis.code}`;
  return table(
    box('bad-paper', 'bad'),
    row(
      cell(
        { PORT: portOf.note(number) },
        lines([head], { color: colorOf('bad'), size: nameSize, bold: true }),
      ),
    ),
    ...(place === undefined ? [] : [row(cell({}, lines(breakLines(place, softMost), soft)))]),
  );
}
