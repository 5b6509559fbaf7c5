import {
  type ConfusionData,
  type ConfusionRun,
  countConfusion,
  isRight,
  outcomesIn,
} from './confusion-table.ts';
import { countOf } from '../../helpers/report/text/count-of.ts';
import { drawGrids } from '../../helpers/report/pictures/draw-grids.ts';

/** Draws injected and reported codes as an SVG picture with numbers. Correct findings are on the diagonal. */
export async function drawConfusionMatrix(data: ConfusionData): Promise<string> {
  const cells = countConfusion(data).map(({ injected, reported, times, ...one }) => ({
    row: injected,
    column: reported,
    text: `${one.isRight ? '' : '✖'}${times}`,
    about: `${injected}, reported as ${reported}: ${times}`,
    color: one.isRight ? ('good' as const) : ('bad' as const),
  }));
  return await drawGrids(
    {
      title: 'Injected and reported',
      legend: summaryOf(data).split('; '),
      corner: 'injected ↓  reported →',
      names: outcomesIn(data),
      ruled: true,
      grids: [{ title: '', hint: '', cells }],
    },
    `${summaryOf(data)}.`,
  );
}

/** Returns the same data as a Markdown table, with a row for each way to inject a defect. */
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
    '| injected | how | on | right | other findings |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Returns a sentence with the numbers of correct findings and false alarms. */
export function summaryOf({ runs }: ConfusionData): string {
  const healthy = runs.filter(({ injected }) => injected === 'healthy');
  const broken = runs.filter(({ injected }) => injected !== 'healthy');
  const alarms = healthy.filter((run) => !isRight(run)).length;
  return [
    `${broken.filter(isRight).length} of ${countOf(broken.length, 'defect')} found, at the right place and without other findings`,
    `${countOf(alarms, 'false alarm')} in ${countOf(healthy.length, 'healthy run')}`,
  ].join('; ');
}

function sayReported({ reported, injected, placeRight }: ConfusionRun): string {
  if (reported.length === 0) return 'nothing';
  const isOnlyMisplaced = !placeRight && reported.every((one) => one === injected);
  return isOnlyMisplaced ? 'the same code elsewhere' : reported.join(', ');
}

function rankOf(run: ConfusionRun | undefined, order: readonly string[]): number {
  return order.indexOf(run?.injected ?? '');
}

/** Returns the way of a run. Healthy clusters after different defects count as one way. */
function wayOf({ injected, way }: ConfusionRun): string {
  return injected === 'healthy' ? (way.split(':', 1)[0] ?? way) : way;
}
