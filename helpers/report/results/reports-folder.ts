import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readVariable } from '../../process/environment.ts';

/** Returns the folder for the reports of this run: `$OVERLAY_E2E_REPORTS`, else `reports/` in the working directory. */
export function reportsFolder(): string {
  return readVariable('OVERLAY_E2E_REPORTS') ?? resolve('reports');
}

/** Returns the folder of the specs' results, from which the report is built. */
export function resultsFolder(folder = reportsFolder()): string {
  return join(folder, 'allure-results');
}

/** Returns the file with the counts of the run, for its last line. */
export function countsFile(): string {
  return join(reportsFolder(), 'counts.json');
}

/** The names of files that Allure's writers create. */
const resultFile =
  /-(?:result|container|attachment|globals)(?:\.[\w.]+)?$|^(?:environment\.properties|(?:executor|categories)\.json)$/;

/** Removes files of an earlier run, and no others: the user may have named any folder. */
export function forgetResults(): void {
  const folder = resultsFolder();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (resultFile.test(name)) rmSync(join(folder, name), { force: true });
  }
  rmSync(countsFile(), { force: true });
}

/** The report itself: one HTML file that needs nothing else. */
export function reportFile(folder = reportsFolder()): string {
  return join(folder, 'allure-report', 'index.html');
}
