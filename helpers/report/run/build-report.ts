import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AllureReport, resolveConfig } from '@allurereport/core';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { categories } from '../results/categories.ts';
import { closeUp } from './self-contained-page.ts';
import { withTestsOnly } from './count-tests.ts';
import { readKnownIssues, resolutionsOf } from '../results/known-issues.ts';
import { originLabel } from '../results/labels/origin-label.ts';
import { findNeighbours } from './sibling-reports.ts';
import { readRun } from '../overview/read-run.ts';
import { renderOverview } from '../overview/render-overview.ts';
import { readResults } from '../results/read-results.ts';
import { makeHistoryReadable } from './readable-history.ts';
import { putData, takeData } from './report-data.ts';
import { withLanes } from './timeline.ts';
import { environmentsOf } from '../results/labels/topology-label.ts';
import { reportFile, reportsFolder, resultsFolder } from '../results/reports-folder.ts';

/** Earlier runs that the report compares with. */
const historyLimit = 30;

/** Labels that help Allure (history, timeline) and would only be in a reader's way. */
const hideLabels = [
  'host',
  'thread',
  'framework',
  'language',
  'package',
  'parentSuite',
  'suite',
  'topology',
  originLabel,
];

/** Allure draws a dozen; these say something about a cluster. */
const charts = [
  { type: 'statusDynamics', title: 'Results of recent runs' },
  { type: 'durationDynamics', title: 'Duration of recent runs' },
  { type: 'durations', title: 'Duration of tests' },
];

/**
 * Builds the report from the results of the last run: one HTML file that holds everything and makes no request.
 * Returns its path.
 *
 * @param again whether the run is in the history already, and must not be compared with itself
 */
export async function buildReport({ again = false } = {}): Promise<string> {
  const results = resultsFolder();
  if (!existsSync(results)) {
    throw new HarnessError({
      code: 'report-failed',
      tried: 'build the report',
      observed: `there are no results in ${results}`,
      hint: 'run npm test first',
    });
  }
  const output = join(reportsFolder(), `.report-${process.pid}`);
  const issues = readKnownIssues();
  await makeHistoryReadable(historyFile());
  const config = await resolveConfig({
    name: 'overlay-e2e',
    output,
    historyPath: again ? await earlierHistory(output) : historyFile(),
    historyLimit,
    appendHistory: !again,
    hideLabels,
    categories,
    resolutions: resolutionsOf(issues, join(output, 'known-issues.json')),
    environments: environmentsOf(readResults()),
    plugins: {
      awesome: {
        options: {
          singleFile: true,
          reportLanguage: 'en',
          groupBy: groups(),
          sections: ['charts', 'timeline'],
          charts,
          // A test that took no time is one of the tests, too.
          timeline: { minDuration: 0 },
        },
      },
    },
  });
  try {
    const report = new AllureReport(config);
    await report.start();
    await report.readDirectory(results);
    const overview = renderOverview(await readRun(report.store, issues), findNeighbours());
    await report.done();
    const tests = await report.store.allTestResults();
    const { page, data } = takeData(await readFile(join(output, 'index.html'), 'utf8'));
    const file = reportFile();
    await mkdir(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}`;
    await writeFile(
      fresh,
      putData(closeUp(page, overview), withTestsOnly(withLanes(data, tests), tests)),
    );
    await rename(fresh, file);
    return file;
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

function historyFile(): string {
  return join(reportsFolder(), 'history.jsonl');
}

/** Copies the history without its last line, which belongs to the last run. */
async function earlierHistory(folder: string): Promise<string> {
  const lines = (await readFile(historyFile(), 'utf8').catch(() => '')).trimEnd().split('\n');
  const file = join(folder, 'earlier.jsonl');
  await mkdir(folder, { recursive: true });
  await writeFile(file, lines.slice(0, -1).join('\n'));
  return file;
}

/** Returns the labels to group by: a single closed branch at the top would hide its parts, so the parts come first. */
function groups(): string[] {
  const epics = new Set(
    readResults().flatMap(({ labels = [] }) =>
      labels.filter(({ name }) => name === 'epic').map(({ value }) => value),
    ),
  );
  return epics.size > 1 ? ['epic', 'feature'] : ['feature'];
}
