/**
 * The end of `specs/run.sh`, whatever came of the specs: builds the report, says what came of the run, where the report
 * is and what to do next, and last the line with the counts. Its argument is Vitest's exit code.
 */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { firstLine } from '../process/harness-error.ts';
import { buildReport } from './build-report.ts';
import { countLine, readCounts } from './counts.ts';
import { readResults } from './read-results.ts';
import { sizeWarning } from './report-size.ts';
import { writeResult } from './results-writer.ts';
import { nextLines } from './next-steps.ts';
import { skipLines } from './skip-lines.ts';
import { judge, nextStepsOf, verdictLines } from './verdict.ts';

const exitCode = Number(process.argv[2] ?? 1);
const results = readResults();
const verdict = judge(exitCode, readCounts(), results);
if (verdict.besides !== undefined) {
  const now = Date.now();
  writeResult({
    name: 'The run comes to its end',
    fullName: 'run: comes to its end',
    status: 'broken',
    message: verdict.besides,
    start: now,
    stop: now,
    labels: { epic: 'The run itself', feature: 'Vitest' },
  });
}
const report = await buildReport().then(
  (file) => [`report: ${shortPath(file)}`, sizeWarning(statSync(file).size) ?? []].flat(),
  (error: unknown) => [`report: not built: ${firstLine(error)}`],
);
const next = nextLines(nextStepsOf(verdict));
const said = [...verdictLines(verdict), ...skipLines(results)];
const lines = [...said, ...report, ...next, '', countLine(verdict.counts)];
process.stdout.write(`\n${lines.join('\n')}\n`);
process.exitCode = verdict.green ? 0 : exitCode === 0 ? 1 : exitCode;

/** From here, unless that would lead out of the project. */
function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
