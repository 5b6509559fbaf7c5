import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the reports of this run go: `$OVERLAY_E2E_REPORTS`, else `reports/` of this project. */
export function reportsFolder(): string {
  return process.env['OVERLAY_E2E_REPORTS'] ?? join(import.meta.dirname, '../../../reports');
}

/** What the specs write and the report is built from. */
export function resultsFolder(folder = reportsFolder()): string {
  return join(folder, 'allure-results');
}

/** What the run counted, for the line at its end. */
export function countsFile(): string {
  return join(reportsFolder(), 'counts.json');
}

/** What Allure's writers call their files. */
const resultFile =
  /-(?:result|container|attachment|globals)(?:\.[\w.]+)?$|^(?:environment\.properties|(?:executor|categories)\.json)$/;

/** Removes what an earlier run wrote there, and nothing else: the folder may be one that the user named. */
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
