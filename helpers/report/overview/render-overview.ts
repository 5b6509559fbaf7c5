import { element, escapeXml } from '../audit/xml.ts';
import { countOf } from '../audit/count-of.ts';
import { pageUrl } from '../page-url.ts';
import { overviewStyle } from './overview-style.ts';
import { isBad, type Run, type RunResult } from './run.ts';
import { dayAndTime, duration, linkTo, list } from './parts.ts';
import { renderBroken } from './render-broken.ts';
import { renderChanges } from './render-changes.ts';
import { renderGround, type NeighbourReport } from './render-ground.ts';
import { compareRuns } from './what-changed.ts';

/** The id of the overview in the report's page. */
export const overviewId = 'overview';

/**
 * What came of the run, for whoever opens the report in the morning: the verdict, what is broken and what it means, what is
 * another than it was, on what it ran, what did not run, and where to read on. HTML for the top of Allure's page.
 *
 * @param neighbours reports that lie beside this one, of other kinds of clusters
 */
export function renderOverview(run: Run, neighbours: readonly NeighbourReport[] = []): string {
  const changes = compareRuns(run);
  return element(
    'section',
    { id: overviewId, 'aria-label': 'What came of the run', hidden: 'hidden' },
    element('style', {}, overviewStyle(overviewId)),
    renderVerdict(run),
    renderBroken(run),
    element(
      'div',
      { class: 'columns' },
      renderChanges(run, changes),
      renderGround(run, neighbours),
    ),
    renderPictures(run.results),
    renderSkipped(run.results),
    element('p', { class: 'way-on' }, wayOn),
  );
}

function renderVerdict({ results, earlier }: Run): string {
  const bad = results.filter(({ status }) => isBad(status));
  return element(
    'header',
    { class: bad.length === 0 ? 'verdict good' : 'verdict bad' },
    element('h2', {}, escapeXml(headlineOf(results))),
    element('p', {}, escapeXml(countsInWords(results))),
    earlier.length === 0 ? '' : renderRuns({ bad: bad.length, earlier }),
  );
}

/** The verdict in one line. */
function headlineOf(results: readonly RunResult[]): string {
  const bad = results.filter(({ status }) => isBad(status));
  if (bad.length === 0) {
    const tests = results.filter((one) => !one.around);
    const passed = tests.filter(({ status }) => status === 'passed').length;
    return `✔ ${passed} of ${countOf(tests.length, 'test')} passed`;
  }
  const around = bad.filter((one) => one.around).map(({ name }) => `«${name}» failed`);
  const specs = bad.length - around.length;
  return `✖ ${[specs === 0 ? [] : `${countOf(specs, 'spec')} failed`, around].flat().join(', ')}`;
}

function countsInWords(results: readonly RunResult[]): string {
  const specs = results.filter(({ around }) => !around);
  const count = (status: string) => specs.filter((one) => one.status === status).length;
  const skipped = count('skipped');
  const words = [
    `${countOf(count('passed'), 'spec')} passed`,
    skipped === 0 ? [] : `${skipped} skipped, each with its reason`,
    `in ${duration(wholeDuration(results))}`,
  ];
  return `${words.flat().join(', ')}.`;
}

const runsShown = 14;

/** The last runs as signs, the oldest first. */
function renderRuns({ bad, earlier }: { bad: number; earlier: Run['earlier'] }): string {
  const counts = earlier.slice(0, runsShown).map(({ timestamp, testResults }) => ({
    when: dayAndTime(timestamp),
    bad: Object.values(testResults).filter(({ status }) => isBad(status)).length,
  }));
  const signs = [{ when: 'this run', bad }, ...counts].toReversed().map((one) =>
    element(
      'span',
      {
        class: one.bad === 0 ? 'run good' : 'run bad',
        title: `${one.when}: ${one.bad === 0 ? 'green' : `${one.bad} failed`}`,
      },
      one.bad === 0 ? '✔' : '✖',
    ),
  );
  return element('p', { class: 'runs' }, 'Last runs: ', signs.join(' '));
}

/** How each topology was set up, and what stood there. */
function renderPictures(results: readonly RunResult[]): string {
  const drawn = results.filter(({ pictures }) => pictures.length > 0);
  // Its set-up has some, and its take-down.
  const topologies = Map.groupBy(drawn, ({ topology = '' }) => topology);
  return [...topologies]
    .map(([topology, own]) => {
      const pictures = own.flatMap((one) => one.pictures.map(renderPicture));
      return element(
        'details',
        {},
        element('summary', {}, escapeXml(`Pictures of ${topology}`)),
        element('div', { class: 'pictures' }, pictures.join('')),
      );
    })
    .join('');
}

/** As an image of its own: what styles it has stay its own. */
function renderPicture({ name, svg }: RunResult['pictures'][number]): string {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  return element(
    'figure',
    {},
    `<img src="${source}" alt="${escapeXml(name)}">`,
    element('figcaption', {}, escapeXml(name)),
  );
}

/** Every spec that did not run, under the reason that it gave. */
function renderSkipped(results: readonly RunResult[]): string {
  const skipped = results.filter(({ status }) => status === 'skipped');
  if (skipped.length === 0) return '';
  const reasons = Map.groupBy(skipped, ({ message }) => message.replace(/^skipped: /, ''));
  const entries = [...reasons].map(([reason, all]) => {
    const issue = all[0]?.issue;
    const known = issue === undefined ? '' : ` (${linkTo(issue)})`;
    const where = [...Map.groupBy(all, (one) => one.where)].map(
      ([place, there]) => `${place}${there.length === 1 ? '' : ` (${there.length})`}`,
    );
    return `${escapeXml(reason)}${known}<br><small>${escapeXml(where.join(', '))}</small>`;
  });
  return element(
    'details',
    {},
    element('summary', {}, escapeXml(`Why ${countOf(skipped.length, 'spec')} did not run`)),
    list(entries),
  );
}

const wayOn = `Below: every spec by kind of cluster and part of the tutorial, with steps, evidence and history; set-up and
take-down stand beside them. <a href="#categories">Categories</a>: what kind of thing broke.
<a href="#timeline">Timeline</a>: what happened when, by machine and worker. <a href="#charts">Graphs</a>: the runs before.
<a href="${escapeXml(pageUrl('docs/report.md'))}">How to read this report</a>.`;

function wholeDuration(results: readonly RunResult[]): number {
  const starts = results.flatMap(({ start }) => start ?? []);
  const ends = results.flatMap(({ start, duration: took = 0 }) =>
    start === undefined ? [] : start + took,
  );
  return starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}
