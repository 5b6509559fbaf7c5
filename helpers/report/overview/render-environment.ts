import { countOf } from '../text/count-of.ts';
import { element, escapeXml } from '../text/xml.ts';
import { duration, section } from './parts.ts';
import { isBad, type Run, type RunResult } from './run.ts';

/** A report in a sibling folder. */
export interface NeighbourReport {
  readonly name: string;
  /** From this report's page. */
  readonly href: string;
  /** In words: "31 passed, 0 failed". */
  readonly said: string;
}

/** On what the run ran: a row for each topology, as its set-up found it, and the machine that all of it was on. */
export function renderGround(
  { results, surroundings }: Run,
  neighbours: readonly NeighbourReport[],
): string {
  const topologies = new Map(
    results.flatMap((one) => (one.topology === undefined ? [] : [[one.topology, one] as const])),
  );
  const rows = [...topologies.keys()].map((topology) =>
    renderTopology(
      topology,
      results.filter((one) => one.topology === topology),
    ),
  );
  const rest = ['system', 'kernel', 'node'].flatMap((key) => surroundings.get(key) ?? []);
  return section(
    'Environments',
    [
      ...rows,
      rest.length === 0
        ? ''
        : `<p class="rest">${escapeXml(rest.join(' · ').replace(/ · v(\d)/, ' · Node.js $1'))}</p>`,
      ...neighbours.map(renderNeighbour),
    ].join(''),
  );
}

function renderTopology(topology: string, results: readonly RunResult[]): string {
  const specs = results.filter(({ around }) => !around);
  const bad = results.filter(({ status }) => isBad(status)).length;
  const ran = specs.filter(({ status }) => status !== 'skipped').length;
  const sign = bad > 0 ? '✖' : ran === 0 ? '○' : '✔';
  const setUp = results.find(({ phase }) => phase === 'set-up');
  const ranOn = results.map((one) => one.ranOn).find((one) => one !== undefined);
  const words =
    ranOn === undefined
      ? [whyNot(specs, setUp)]
      : [
          `engine ${ranOn.engine.join(', ')}`,
          ranOn.store,
          `${ranOn.machine.join(', ')} (${ranOn.provider})`,
          ranOn.kernel.join(', '),
        ];
  const took =
    setUp?.duration === undefined
      ? ''
      : `; ${element('a', { href: `#${setUp.id}` }, `set up in ${duration(setUp.duration)}`)}`;
  const held = `${specs.filter(({ status }) => status === 'passed').length} of ${countOf(specs.length, 'test')} passed`;
  return element(
    'div',
    { class: 'ground' },
    element('b', {}, escapeXml(`${sign} ${topology}`)),
    element('div', {}, escapeXml(words.filter((word) => word !== '').join(' · '))),
    element('small', {}, `${escapeXml(held)}${took}`),
  );
}

/** Returns the reason why the environment of a topology is unknown. */
function whyNot(specs: readonly RunResult[], setUp: RunResult | undefined): string {
  if (setUp !== undefined) return isBad(setUp.status) ? 'set-up failed' : '';
  return specs.find(({ status }) => status === 'skipped')?.message ?? '';
}

function renderNeighbour({ name, href, said }: NeighbourReport): string {
  const link = element('a', { href }, escapeXml(`the report of ${name}`));
  return element('p', { class: 'rest' }, `See also: ${link}, ${escapeXml(said)}`);
}
