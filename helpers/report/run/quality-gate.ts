import { stripVTControlCharacters } from 'node:util';
import type { AllureReport } from '@allurereport/core';
import { z } from 'zod';
import { printable } from '../../process/text/printable.ts';
import { hostPrefix } from '../results/results-writer.ts';

/** Conditions of a run in addition to passed tests: rules of Allure's quality gate, with Allure's names. */
export const qualityGate = z.strictObject({
  /** A run with fewer tests fails: a pattern may match less than it should. */
  minTestsCount: z.int().min(1).optional(),
  /** Milliseconds of each test. */
  maxDuration: z.number().positive().optional(),
});

export type QualityGate = z.infer<typeof qualityGate>;

/** The option of finish-run.ts with the gate of a run, in JSON. */
export const gateOption = '--quality-gate';

/** Set-ups and tear-downs are results, but not tests. */
function isTest({ fullName = '' }: { readonly fullName?: string | undefined }): boolean {
  return !fullName.startsWith(hostPrefix);
}

/** Returns the rules of a gate for the configuration of a report. */
export function rulesOf(gate: QualityGate) {
  const { minTestsCount, maxDuration } = gate;
  return {
    rules: [
      {
        filter: isTest,
        ...(minTestsCount === undefined ? {} : { minTestsCount }),
        ...(maxDuration === undefined ? {} : { maxDuration }),
      },
    ],
  };
}

/** Applies the rules of a report to its results, adds the outcome to the report, and returns the broken rules in words. */
export async function applyGate(report: AllureReport): Promise<string[]> {
  if (!report.hasQualityGate) return [];
  const { results } = await report.validate({ trs: await report.store.allTestResults() });
  report.realtimeDispatcher.sendQualityGateResults(results);
  return results
    .filter(({ success }) => !success)
    .map(({ rule, message }) => printable(`${rule}: ${stripVTControlCharacters(message)}`));
}
