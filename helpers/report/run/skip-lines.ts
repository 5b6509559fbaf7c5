import { stripVTControlCharacters } from 'node:util';
import type { WrittenResult } from '../results/read-results.ts';

/** Returns a line for each reason why tests were skipped, with how many: skipped tests are not passed ones. */
export function skipLines(results: readonly WrittenResult[]): string[] {
  const skipped = results.filter(
    ({ status, statusDetails }) =>
      status === 'skipped' && statusDetails?.message?.startsWith('skipped') === true,
  );
  const byReason = Map.groupBy(skipped, ({ statusDetails }) =>
    stripVTControlCharacters(statusDetails?.message ?? '').replace(/^skipped: /, ''),
  );
  return [...byReason].map(([why, tests]) => `- ${tests.length} skipped: ${why}`);
}
