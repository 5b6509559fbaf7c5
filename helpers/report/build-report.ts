import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AllureReport, resolveConfig } from '@allurereport/core';
import { HarnessError } from '../process/harness-error.ts';
import { categories } from './categories.ts';
import { closeUp } from './close-up.ts';
import { reportFile, reportsFolder, resultsFolder } from './reports-folder.ts';

/** Earlier runs that the report compares with. */
const historyLimit = 30;

/** Labels that help Allure (history, timeline) and would only be in a reader's way. */
const hideLabels = ['host', 'thread', 'framework', 'language', 'package', 'parentSuite', 'suite'];

/**
 * Builds the report from the results of the last run: one HTML file that holds everything and makes no request.
 * Returns its path.
 */
export async function buildReport(): Promise<string> {
  const results = resultsFolder();
  if (!existsSync(results)) {
    throw new HarnessError({
      tried: 'build the report',
      observed: `there are no results in ${results}`,
      remedy: 'run npm test first',
    });
  }
  const output = join(reportsFolder(), `.report-${process.pid}`);
  const config = await resolveConfig({
    name: 'overlay-e2e',
    output,
    historyPath: join(reportsFolder(), 'history.jsonl'),
    historyLimit,
    hideLabels,
    categories,
    plugins: {
      awesome: {
        options: {
          singleFile: true,
          reportLanguage: 'en',
          groupBy: ['epic', 'feature'],
          sections: ['charts', 'timeline'],
        },
      },
    },
  });
  try {
    const report = new AllureReport(config);
    await report.start();
    await report.readDirectory(results);
    await report.done();
    const html = closeUp(await readFile(join(output, 'index.html'), 'utf8'));
    const file = reportFile();
    await mkdir(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}`;
    await writeFile(fresh, html);
    await rename(fresh, file);
    return file;
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}
