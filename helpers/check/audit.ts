import { activity } from '../process/activity.ts';
import { comparisons } from './compare/comparisons.ts';
import type { Coverage } from './model/report.ts';
import { coverageOf } from './derive/coverage.ts';
import { diagnoseDifferences } from './diagnose/diagnose.ts';
import { notesOf } from './derive/notes.ts';
import type { Observation } from './model/observation.ts';
import { observeCluster } from './observe/observe-cluster.ts';
import type { AuditOptions } from './model/options.ts';
import type { AuditReport, AuditVerdict, ComparisonResult } from './model/report.ts';
import type { AuditTarget } from './model/target.ts';

/**
 * Observes a cluster layer by layer, compares each layer with the next, and returns findings. It changes nothing, and
 * removes its probe containers.
 */
export async function auditCluster(
  target: AuditTarget,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const startedAt = new Date();
  const observation = await activity('stage', `check ${target.name}`, () =>
    observeCluster(target, options),
  );
  return {
    startedAt: startedAt.toISOString(),
    milliseconds: Date.now() - startedAt.getTime(),
    ...diagnoseObservation(observation),
  };
}

/** Compares and diagnoses an observation. The result is the same at any time, also for a recorded one. */
export function diagnoseObservation(
  observation: Observation,
): Omit<AuditReport, 'startedAt' | 'milliseconds'> {
  const results = comparisons.map(({ name, title, layer, needs, compare }): ComparisonResult => {
    return { name, title, layer, needs, ...compare(observation) };
  });
  const differences = results.flatMap((one) => (one.state === 'failed' ? one.differences : []));
  const diagnoses = diagnoseDifferences(differences, observation);
  const coverage = coverageOf(observation);
  const verdict = verdictOf(results, coverage);
  return {
    target: observation.target,
    verdict,
    diagnoses,
    comparisons: results,
    coverage,
    notes: notesOf(observation),
    observation,
  };
}

/** Returns the result for the outcomes of comparisons. A cluster with members that were not examined is never healthy. */
export function verdictOf(
  results: readonly ComparisonResult[],
  { unexamined }: Pick<Coverage, 'unexamined'>,
): AuditVerdict {
  if (results.some(({ state }) => state === 'failed')) return 'defects';
  if (unexamined.length > 0) return 'incomplete';
  const isOpen = results.some((one) => one.state === 'skipped' && one.because === 'failed');
  const isProven = results.some(({ state }) => state === 'passed');
  return isOpen || !isProven ? 'incomplete' : 'healthy';
}
