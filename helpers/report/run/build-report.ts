import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AllureReport, resolveConfig } from '@allurereport/core';
import type { AwesomePluginOptions } from '@allurereport/plugin-awesome';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { categories } from '../results/categories.ts';
import { readKnownIssues, resolutionsOf } from '../results/known-issues.ts';
import { skipLabel } from '../results/labels/skip-label.ts';
import { originLabel } from '../results/labels/origin-label.ts';
import { findNeighbours } from './sibling-reports.ts';
import { readRun } from '../overview/read-run.ts';
import { renderOverview } from '../overview/render-overview.ts';
import { readResults } from '../results/read-results.ts';
import { applyGate, type QualityGate, rulesOf } from './quality-gate.ts';
import { makeHistoryReadable } from './readable-history.ts';
import { PagePlugin } from '../page/page-plugin.ts';
import { renderReport } from '../page/render-page.ts';
import { environmentsOf } from '../results/labels/topology-label.ts';
import { reportFile, reportsFolder, resultsFolder } from '../results/reports-folder.ts';

const title = 'overlay-e2e';

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
  skipLabel,
];

/** Allure draws a dozen; these say something about a cluster. Its type of their names is not exported. */
const charts = [
  { type: 'statusDynamics', title: 'Results of recent runs' },
  { type: 'durationDynamics', title: 'Duration of recent runs' },
  { type: 'durations', title: 'Duration of tests' },
] as unknown as NonNullable<AwesomePluginOptions['charts']>;

interface ReportOptions {
  readonly again?: boolean;
  readonly gate?: QualityGate | undefined;
}

/** A report, and the rules of its quality gate that the run breaks, in words. */
interface BuiltReport {
  readonly file: string;
  readonly brokenRules: readonly string[];
}

/**
 * Builds the report from the results of the last run: one HTML file that holds everything and makes no request.
 *
 * @param again whether the run is in the history already, and must not be compared with itself
 */
export async function buildReport({
  again = false,
  gate,
}: ReportOptions = {}): Promise<BuiltReport> {
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
  const plugin = new PagePlugin(
    {
      reportLanguage: 'en',
      groupBy: groups(),
      sections: ['charts', 'timeline'],
      charts,
      // A test that took no time is one of the tests, too.
      timeline: { minDuration: 0 },
    },
    async (store, files) => {
      const overview = renderOverview(await readRun(store, issues), findNeighbours());
      return renderReport(title, overview, files);
    },
  );
  const config = await resolveConfig({
    name: title,
    output,
    historyPath: again ? await earlierHistory(output) : historyFile(),
    historyLimit,
    appendHistory: !again,
    hideLabels,
    categories,
    resolutions: resolutionsOf(issues, join(output, 'known-issues.json')),
    environments: environmentsOf(readResults()),
    ...(gate === undefined ? {} : { qualityGate: rulesOf(gate) }),
  });
  try {
    const report = new AllureReport({
      ...config,
      plugins: [{ id: 'page', enabled: true, options: {}, plugin }],
    });
    await report.start();
    await report.readDirectory(results);
    const brokenRules = await applyGate(report);
    await report.done();
    const file = reportFile();
    await mkdir(dirname(file), { recursive: true });
    await rename(join(output, 'index.html'), file);
    return { file, brokenRules };
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
