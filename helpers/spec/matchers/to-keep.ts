import { findUnkept, type Kept, type PerfResult } from '../../perf/perf-result.ts';
import { perfToText } from '../../report/text/perf-to-text.ts';

/** Passes if every measured path keeps its share of the performance between the hosts, in the same runs. */
export function keeps(result: PerfResult, kept: Kept) {
  const unkept = findUnkept(result, kept);
  return {
    pass: unkept.length === 0,
    message: () =>
      `${unkept.join('\n') || `all paths keep ${JSON.stringify(kept)}`}\n\n${perfToText(result)}`,
  };
}
