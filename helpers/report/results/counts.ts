import { mkdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { readIfThere } from '../../process/files/read-if-exists.ts';
import { countsFile, forgetResults, resultsFolder } from './reports-folder.ts';

const countsText = z.object({
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  ended: z.boolean().describe('False from the start of a run until its end.'),
});

/** The number of tests by outcome. Failures outside a test count as failed. */
export type Counts = Omit<z.infer<typeof countsText>, 'ended'>;

/** The counts of a run, and whether it came to its end. */
export type RunCounts = z.infer<typeof countsText>;

const none: RunCounts = { passed: 0, failed: 0, skipped: 0, ended: false };

/** The counts so far; undefined when the run did not even start. */
export function readCounts(): RunCounts | undefined {
  return countsText.safeParse(parseJson(readIfThere(countsFile()))).data;
}

/**
 * Records that tests are about to run, and that their end is still to come. Results of an earlier run are removed.
 *
 * @param add whether results and counts are added to those of this run's other parts
 */
export function startResults(add: boolean): void {
  const before = add ? readCounts() : undefined;
  if (before === undefined) forgetResults();
  mkdirSync(resultsFolder(), { recursive: true });
  writeCounts({ ...(before ?? none), ended: false });
}

/** Adds the counts of a run that came to its end. */
export function addCounts({ passed, failed, skipped }: Counts): void {
  const before = readCounts() ?? none;
  writeCounts({
    passed: before.passed + passed,
    failed: before.failed + failed,
    skipped: before.skipped + skipped,
    ended: true,
  });
}

function writeCounts(counts: RunCounts): void {
  writeFileSync(countsFile(), JSON.stringify(counts));
}

/** The line that continuous integration reads: `N passed, N failed`, and `, N skipped` if there are any. */
export function countLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}
