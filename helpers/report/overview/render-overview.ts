import { diagnosisTitles } from '../../check/model/codes.ts';
import { element, escapeXml } from '../text/xml.ts';
import { countOf } from '../text/count-of.ts';
import { overviewStyle } from './overview-style.ts';
import { isBad, type Run, type RunResult } from './run.ts';
import { dayAndTime, duration, linkTo, list, renderPicture } from './parts.ts';
import { renderBroken } from './render-broken.ts';
import { renderChanges } from './render-changes.ts';
import { renderPage } from './render-page.ts';
import { renderGround, type NeighbourReport } from './render-environment.ts';
import { compareRuns } from './what-changed.ts';

/** The id of the overview in the report's page. */
export const overviewId = 'overview';

/**
 * Renders the overview of a run, as HTML for the top of Allure's page: the result, failures with their causes, changes,
 * environments, skipped tests, and links.
 *
 * @param neighbours reports in sibling folders, of other cluster kinds
 */
export function renderOverview(run: Run, neighbours: readonly NeighbourReport[] = []): string {
  const changes = compareRuns(run);
  return element(
    'section',
    { id: overviewId, 'aria-label': 'Result of the run', hidden: 'hidden' },
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
    element('p', { class: 'way-on' }, wayOn(run.results)),
    element(
      'details',
      { class: 'page' },
      element('summary', {}, 'How to read this report'),
      renderPage('docs/report.md'),
    ),
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

/** Returns the result in one line: the cause, if known. */
function headlineOf(results: readonly RunResult[]): string {
  const bad = results.filter(({ status }) => isBad(status));
  if (bad.length === 0) return `✔ ${passedOf(results)}`;
  const causes = Map.groupBy(
    bad.flatMap(({ defects }) => defects),
    ({ code }) => code,
  );
  const [first, ...others] = [...causes].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  if (first === undefined) return `✖ ${failedOf(bad)}`;
  const [code, found] = first;
  const [summary = diagnosisTitles[code]] = found.flatMap(({ finding }) => finding?.summary ?? []);
  const more = others.length === 0 ? '' : ` (and ${countOf(others.length, 'more cause')})`;
  return `✖ ${code}: ${summary}${more}`;
}

function passedOf(results: readonly RunResult[]): string {
  const tests = results.filter((one) => !one.around);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  return `${passed} of ${countOf(tests.length, 'test')} passed`;
}

function failedOf(bad: readonly RunResult[]): string {
  const around = bad.filter((one) => one.around).map(({ name }) => `"${name}" failed`);
  const tests = bad.length - around.length;
  return [tests === 0 ? [] : `${countOf(tests, 'test')} failed`, around].flat().join(', ');
}

function countsInWords(results: readonly RunResult[]): string {
  const bad = results.filter(({ status }) => isBad(status));
  const skipped = results.filter((one) => !one.around && one.status === 'skipped').length;
  const words = [
    bad.length === 0 ? [] : [failedOf(bad), passedOf(results)],
    skipped === 0 ? [] : `${skipped} skipped, each with its reason`,
    `in ${duration(wholeDuration(results))}`,
  ].flat();
  const [first = '', ...rest] = words;
  return `${first.charAt(0).toUpperCase()}${[first.slice(1), ...rest].join(', ')}.`;
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

/** Renders the pictures of each topology: its set-up, its hosts and networks. */
function renderPictures(results: readonly RunResult[]): string {
  const drawn = results.filter(({ pictures }) => pictures.length > 0);
  // Its set-up has some, and its take-down.
  const topologies = Map.groupBy(drawn, ({ topology = '' }) => topology);
  return [...topologies]
    .map(([topology, own]) => {
      const pictures = own
        .flatMap((one) => one.pictures)
        .toSorted((one, other) => rankOf(one.name) - rankOf(other.name))
        .map(renderPicture);
      return element(
        'details',
        {},
        element('summary', {}, escapeXml(`Pictures of ${topology}`)),
        element('div', { class: 'pictures' }, pictures.join('')),
      );
    })
    .join('');
}

/** The topology is what a reader looks for first. */
function rankOf(name: string): number {
  return name.startsWith('what st') ? 0 : 1;
}

/** Every spec that did not run, under the reason that it gave. */
function renderSkipped(results: readonly RunResult[]): string {
  const skipped = results.filter(({ status }) => status === 'skipped');
  if (skipped.length === 0) return '';
  const reasons = Map.groupBy(skipped, ({ message }) => message);
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

function wayOn(results: readonly RunResult[]): string {
  // Of a run in which all passed, Allure's page of categories is empty.
  const categories = results.every(({ status }) => status === 'passed')
    ? ''
    : '<a href="#categories">Categories</a>: failures by kind. ';
  return [
    'Below: every test by environment and part of the tutorial, with steps, evidence and history. ',
    categories,
    '<a href="#timeline">Timeline</a>: tests over time, by worker. ',
    '<a href="#charts">Graphs</a>: earlier runs.',
  ].join('');
}

function wholeDuration(results: readonly RunResult[]): number {
  const starts = results.flatMap(({ start }) => start ?? []);
  const ends = results.flatMap(({ start, duration: took = 0 }) =>
    start === undefined ? [] : start + took,
  );
  return starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}
