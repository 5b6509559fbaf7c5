import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the reports of this run go: `$OVERLAY_E2E_REPORTS`, else `reports/` of this project. */
export function reportsFolder(): string {
  return process.env['OVERLAY_E2E_REPORTS'] ?? join(import.meta.dirname, '../../reports');
}

/** What the specs write and the report is built from. */
export function resultsFolder(folder = reportsFolder()): string {
  return join(folder, 'allure-results');
}

/** What the run counted, for the line at its end. */
export function countsFile(): string {
  return join(reportsFolder(), 'counts.json');
}

/** Takes away what an earlier run wrote there. */
export function forgetResults(): void {
  for (const one of [resultsFolder(), countsFile()]) rmSync(one, { recursive: true, force: true });
}

/** The report itself: one HTML file that needs nothing else. */
export function reportFile(folder = reportsFolder()): string {
  return join(folder, 'allure-report', 'index.html');
}
