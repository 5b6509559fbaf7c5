import {
  type ConfusionData,
  type ConfusionRun,
  countConfusion,
  isRight,
  outcomesIn,
} from './confusion.ts';
import { countOf } from './count-of.ts';
import { picture, textLine } from './picture/svg.ts';
import { element, escapeXml } from './xml.ts';

const margin = 16;
const size = 24;
const labels = 250;
const top = 80;

/** What was injected against what was reported, as an SVG picture with the numbers: what is right lies on the diagonal. */
export function drawConfusionMatrix(data: ConfusionData): string {
  const outcomes = outcomesIn(data);
  const left = margin + labels;
  const centre = (index: number) => left + size * (index + 0.5);
  const cells = countConfusion(data).map(({ injected, reported, times, ...one }) => {
    const [row, column] = [outcomes.indexOf(injected), outcomes.indexOf(reported)];
    const [x, y] = [left + size * column, top + size * row];
    const box = { x: x + 1, y: y + 1, width: size - 2, height: size - 2, rx: 4 };
    const about = `${injected}, reported as ${reported}: ${times}`;
    const sign = one.isRight ? '' : '✖';
    return element(
      'g',
      {},
      element('title', {}, escapeXml(about)),
      element('rect', { class: one.isRight ? 'right' : 'pill', ...box }),
      textLine(centre(column), y + 16, `${sign}${times}`, {
        class: `${one.isRight ? 'good' : 'bad'} mid strong`,
      }),
    );
  });
  const rows = outcomes.flatMap((outcome, index) => {
    const y = top + size * index;
    const width = size * outcomes.length;
    return [
      textLine(left - 8, y + 16, `${outcome}  ${index + 1}`, { class: 'end' }),
      textLine(centre(index), top - 8, String(index + 1), { class: 'soft mid' }),
      element('line', { class: 'control', x1: left, y1: y + size, x2: left + width, y2: y + size }),
    ];
  });
  return picture(
    {
      width: left + size * outcomes.length + margin,
      height: top + size * outcomes.length + margin,
      title: 'What was injected, and what was reported',
      description: summaryOf(data),
    },
    [
      textLine(margin, 28, 'What was injected, and what was reported', { class: 'title' }),
      textLine(margin, 46, summaryOf(data), { class: 'soft' }),
      textLine(left - 8, top - 8, 'injected ↓  reported →', { class: 'soft end' }),
      ...rows,
      ...cells,
    ],
  );
}

/** The same as a table in Markdown: a line for each way in which something was broken. */
export function tableOfConfusion(data: ConfusionData): string {
  const groups = Map.groupBy(data.runs, (run) => `${run.injected}\n${wayOf(run)}`);
  const order = outcomesIn(data);
  const rows = [...groups.values()]
    .toSorted(([one], [other]) => rankOf(one, order) - rankOf(other, order))
    .flatMap((runs) => {
      const [first] = runs;
      if (first === undefined) return [];
      const right = runs.filter(isRight).length;
      const clusters = [...new Set(runs.map(({ cluster }) => cluster))].join(', ');
      const others = [
        ...new Set(runs.filter((run) => !isRight(run)).map((run) => sayReported(run))),
      ].join('; ');
      const cells = [
        first.injected === 'healthy' ? 'healthy' : `\`${first.injected}\``,
        wayOf(first),
        clusters,
        `${right} of ${runs.length}`,
        others,
      ];
      return [`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`];
    });
  return [
    '| injected | how | on | right | what else was reported |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `${summaryOf(data)}.`,
  ].join('\n');
}

function summaryOf({ runs }: ConfusionData): string {
  const healthy = runs.filter(({ injected }) => injected === 'healthy');
  const broken = runs.filter(({ injected }) => injected !== 'healthy');
  const alarms = healthy.filter((run) => !isRight(run)).length;
  return [
    `${broken.filter(isRight).length} of ${countOf(broken.length, 'defect')} found, at their place and without another`,
    `${countOf(alarms, 'false alarm')} in ${countOf(healthy.length, 'healthy run')}`,
  ].join('; ');
}

function sayReported({ reported, injected, placeRight }: ConfusionRun): string {
  if (reported.length === 0) return 'nothing';
  const isOnlyMisplaced = !placeRight && reported.every((one) => one === injected);
  return isOnlyMisplaced ? 'the same, elsewhere' : reported.join(', ');
}

function rankOf(run: ConfusionRun | undefined, order: readonly string[]): number {
  return order.indexOf(run?.injected ?? '');
}

/** Healthy clusters differ in less than broken ones: «mended: …» of whatever was mended is one way. */
function wayOf({ injected, way }: ConfusionRun): string {
  return injected === 'healthy' ? (way.split(':', 1)[0] ?? way) : way;
}
