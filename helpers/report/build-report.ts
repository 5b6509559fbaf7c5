import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AllureReport, resolveConfig } from '@allurereport/core';
import { HarnessError } from '../process/harness-error.ts';
import { reportFile, reportsFolder, resultsFolder } from './reports-folder.ts';

/** Earlier runs that the report compares with. */
const historyLimit = 30;

/**
 * The report can show all that is in it and ask nobody for more: whatever a later version of Allure, an attachment or
 * an error's text tries, the browser refuses it.
 */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' data: blob:",
  "style-src 'unsafe-inline' data: blob:",
  'img-src data: blob:',
  'media-src data: blob:',
  'font-src data:',
  'connect-src data: blob:',
  'frame-src data: blob:',
  'worker-src data: blob:',
].join('; ');

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
    plugins: {
      awesome: {
        options: {
          singleFile: true,
          reportLanguage: 'en',
          groupBy: ['epic', 'feature'],
          // An absent «appendHistory» or «publish» would do; charts and timeline are what a reader of a run wants.
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

/** Takes out what Allure's template loads from elsewhere (an analytics script, without an option against it). */
export function closeUp(html: string): string {
  const head = html.indexOf('<head>') + '<head>'.length;
  const meta = `\n  <meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return `${html.slice(0, head)}${meta}${html.slice(head)}`.replace(
    /<script async src="https:[^"]*"><\/script>\s*<script>.*?<\/script>/s,
    '',
  );
}
