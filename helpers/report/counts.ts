import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { parseJson } from '../process/parse-json.ts';
import { readIfThere } from '../process/read-if-there.ts';
import { countsFile } from './reports-folder.ts';

const countsText = z.object({ passed: z.number(), failed: z.number(), skipped: z.number() });

/** How many tests ended how. What broke outside of a test counts as failed. */
export type Counts = z.infer<typeof countsText>;

/** What was counted so far; undefined when no run has come to an end. */
export function readCounts(): Counts | undefined {
  return countsText.safeParse(parseJson(readIfThere(countsFile()))).data;
}

/** Adds to what was counted so far. */
export function addCounts({ passed, failed, skipped }: Counts): void {
  const before = readCounts() ?? { passed: 0, failed: 0, skipped: 0 };
  const counts: Counts = {
    passed: before.passed + passed,
    failed: before.failed + failed,
    skipped: before.skipped + skipped,
  };
  writeFileSync(countsFile(), JSON.stringify(counts));
}

/** The line that continuous integration reads: `N passed, N failed`, and `, N skipped` if there are any. */
export function countLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}
