import { stripVTControlCharacters } from 'node:util';
import { type SkipCode, skipLabel } from '../results/labels/skip-label.ts';
import type { WrittenResult } from '../results/read-results.ts';

/** Skips by the tests themselves; the others are consequences of a failure or of the user's choice. */
const own: readonly SkipCode[] = ['with-reason', 'without-reason'];

/** Returns a line for each reason why tests were skipped, with how many: skipped tests are not passed ones. */
export function skipLines(results: readonly WrittenResult[]): string[] {
  const skipped = results.filter(({ labels = [] }) =>
    labels.some(({ name, value }) => name === skipLabel && own.some((code) => code === value)),
  );
  const byReason = Map.groupBy(skipped, ({ statusDetails }) =>
    stripVTControlCharacters(statusDetails?.message ?? ''),
  );
  return [...byReason].map(([why, tests]) => `- ${tests.length} skipped: ${why}`);
}
