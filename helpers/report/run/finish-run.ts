/**
 * The end of `specs/run.sh`, and of a run of another repository, after success or failure: builds the report, prints the result of the run, the report's path
 * and the next commands, and last the line with the counts. Its arguments are Vitest's exit code and the arguments of
 * the run; `--as COMMAND` before them names the command of the run if it is not `specs/run.sh`.
 */
import { existsSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { styleText } from 'node:util';
import { readVariable } from '../../process/environment.ts';
import { surviveLostOutput } from '../../process/lost-output.ts';
import { firstLine } from '../../process/errors/harness-error.ts';
import { causeLines } from './cause-lines.ts';
import { findCauses } from '../overview/causes.ts';
import { annotationLines } from '../github/annotations.ts';
import { appendJobSummary } from '../github/job-summary.ts';
import { runAnnotations, runSummary } from '../github/run-summary.ts';
import { buildReport } from './build-report.ts';
import { gateOption, qualityGate } from './quality-gate.ts';
import { countLine, readCounts } from '../results/counts.ts';
import { readResults } from '../results/read-results.ts';
import { reportFile } from '../results/reports-folder.ts';
import { sizeWarning } from './report-size.ts';
import { writeResult } from '../results/results-writer.ts';
import { nextLines } from './next-steps.ts';
import { skipLines } from './skip-lines.ts';
import { summarizeRun, nextStepsOf, summaryLines } from './run-summary.ts';

surviveLostOutput('overlay-e2e');
const layout = {
  color: styleText('bold', '', { stream: process.stdout }) !== '',
  width: process.stdout.columns ?? 10_000,
};
/** The same exit code as in every command of this project. */
const wrongUsage = 2;
const exitCode = Number(process.argv[2] ?? 1);
const [option, json = '', ...afterGate] = process.argv.slice(3);
const gate = option === gateOption ? qualityGate.parse(JSON.parse(json)) : undefined;
const words = gate === undefined ? process.argv.slice(3) : afterGate;
const counts = readCounts();
if (counts === undefined) endWithoutTests();
const results = readResults();
const verdict = summarizeRun(exitCode, counts, results);
if (verdict.otherFailure !== undefined) {
  const now = Date.now();
  writeResult({
    name: 'The run comes to its end',
    fullName: 'run: comes to its end',
    status: 'broken',
    message: verdict.otherFailure,
    start: now,
    stop: now,
    labels: { epic: 'Run', feature: 'Vitest' },
  });
}
const { report, brokenRules } = await buildReport({ gate }).then(
  (built) => ({
    report: [
      `report: ${shortPath(built.file)}`,
      sizeWarning(statSync(built.file).size) ?? [],
    ].flat(),
    brokenRules: built.brokenRules,
  }),
  (error: unknown) => ({
    report: [`report: not built: ${firstLine(error)}`],
    // The rules of the gate are not known to be kept.
    brokenRules: gate === undefined ? [] : ['not applied, because the report could not be built'],
  }),
);
const typed =
  words[0] === '--as'
    ? { env: process.env, command: words[1], args: words.slice(2) }
    : { env: process.env, args: words };
const causes = findCauses(verdict.failures);
const next = nextLines(nextStepsOf(verdict, typed, causes.causes));
const outcome = {
  ...verdict,
  green: verdict.green && brokenRules.length === 0,
  brokenRules,
};
if (readVariable('GITHUB_ACTIONS') === 'true') {
  for (const line of annotationLines(runAnnotations(outcome, causes))) console.error(line);
}
const problem = await appendJobSummary(runSummary(outcome, causes));
const lines = [
  ...summaryLines(verdict),
  ...skipLines(results),
  ...causeLines(causes, verdict.failures.length, layout),
  ...brokenRules.map((rule) => `✖ quality gate: ${rule}`),
  ...report,
  ...(problem === undefined ? [] : [`job summary: not written: ${firstLine(problem)}`]),
  ...next,
  '',
  countLine(verdict.counts),
];
process.stdout.write(`\n${lines.join('\n')}\n`);
process.exitCode = outcome.green ? 0 : exitCode === 0 ? 1 : exitCode;

/** Vitest has said why no test ran; the report stays the one of the last run that ran tests. */
function endWithoutTests(): never {
  const kept = existsSync(reportFile()) ? '; the report and its history are unchanged' : '';
  const line = countLine({ passed: 0, failed: 1, skipped: 0 });
  process.stdout.write(`\n✖ no test ran${kept}\n\n${line}\n`);
  process.exit(exitCode > 128 ? exitCode : wrongUsage);
}

/** From here, unless that would lead out of the project. */
function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
