/**
 * `npm run matrix`: runs the tutorial's specs on every topology with every engine, one cluster after the other, and
 * collects the results for one report. Arguments restrict it: names of topologies, engines, spec files.
 *
 *     npm run matrix -- etcd swarm-mode 20.10.24 specs/seed/cluster.spec.ts
 */
import type { UnsuitableEngine } from '../../helpers/cluster/require-engines.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { addCounts, startResults } from '../../helpers/report/results/counts.ts';
import { skipLabel } from '../../helpers/report/results/labels/skip-label.ts';
import { writeResult } from '../../helpers/report/results/results-writer.ts';
import { epicOf } from '../../helpers/report/results/labels/tutorial-part.ts';
import { toSentence } from '../../helpers/process/text/to-sentence.ts';
import { whyUnavailable } from '../engine-versions/why-unavailable.ts';
import { type Combination, listCombinations } from './matrix-combinations.ts';
import { runVitest } from './run-vitest.ts';

try {
  const words = process.argv.slice(2);
  const files = words.filter((word) => word.endsWith('.spec.ts'));
  const combinations = await listCombinations(words.filter((word) => !files.includes(word)));
  process.exitCode = await runAll(combinations, files);
} catch (error) {
  if (!(error instanceof HarnessError)) throw error;
  console.error(`npm run matrix: ${error.line}`);
  process.exitCode = 1;
}

/** Returns the first exit code that is not 0. A code that means a signal ends the whole run. */
async function runAll(
  combinations: readonly Combination[],
  files: readonly string[],
): Promise<number> {
  let code = 0;
  for (const [index, combination] of combinations.entries()) {
    const { topology, engine } = combination;
    const { name } = topology;
    console.log(`\n▶ ${name} (${index + 1} of ${combinations.length})`);
    const refusal = combination.refusal ?? (await whyUnavailable(engine));
    if (refusal !== undefined) {
      reportRefusal(name, refusal);
      continue;
    }
    const ended = await runVitest(name, files);
    if (code === 0) code = ended;
    if (ended > 128) return ended;
  }
  return code;
}

function reportRefusal(name: string, { observed, hint }: UnsuitableEngine): void {
  const message = `${observed}. ${toSentence(hint)}`;
  console.log(`skipped: ${message}`);
  startResults(true);
  const now = Date.now();
  writeResult({
    name: 'The engines can form such a cluster',
    fullName: `${name}: the engines can form such a cluster`,
    status: 'skipped',
    message,
    start: now,
    stop: now,
    labels: {
      epic: epicOf(name),
      feature: 'Cluster',
      topology: name,
      thread: name,
      [skipLabel]: 'with-reason',
    },
  });
  addCounts({ passed: 0, failed: 0, skipped: 1 });
}
