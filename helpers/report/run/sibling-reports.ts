import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { countLine } from '../results/counts.ts';
import type { NeighbourReport } from '../overview/render-environment.ts';
import { readResults } from '../results/read-results.ts';
import { reportFile, reportsFolder, resultsFolder } from '../results/reports-folder.ts';

/**
 * Finds the reports in sibling folders: a nightly run writes every other cluster kind to a subfolder, such as
 * `reports/etcd`, of the seed's folder. Relative links are the same on disk and when published.
 */
export function findNeighbours(folder = reportsFolder()): NeighbourReport[] {
  const outer = dirname(folder);
  const around = existsSync(reportFile(outer)) ? [outer, ...foldersIn(outer)] : [];
  return [...around, ...foldersIn(folder)]
    .filter((one) => one !== folder && existsSync(reportFile(one)))
    .map((one) => ({
      name: one === outer ? 'seed' : basename(one),
      href: relative(dirname(reportFile(folder)), reportFile(one)),
      said: whatCameOf(one),
    }));
}

/**
 * Returns the subfolders, except those of runs that found the folder in use (`run-4711`): they do not belong to the nightly
 * run.
 */
function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !one.name.startsWith('run-'))
    .map(({ name }) => join(folder, name));
}

function whatCameOf(folder: string): string {
  const results = readResults(resultsFolder(folder));
  const count = (...wanted: string[]) =>
    results.filter(({ status }) => wanted.includes(status)).length;
  return countLine({
    passed: count('passed'),
    failed: count('failed', 'broken'),
    skipped: count('skipped'),
  });
}
