import type { CategoryRule } from '@allurereport/core-api';
import { diagnosisCodes, diagnosisTitles } from '../../check/model/codes.ts';
import { errorLabel } from './labels/error-label.ts';
import { diagnosisLabel } from './labels/diagnosis-label.ts';
import { harnessOrigin, originLabel } from './labels/origin-label.ts';
import { hostFeature } from './record-set-up.ts';

const bad = ['failed', 'broken'] as const;
const tooLong = { [errorLabel]: /^(wait|command|check)-timed-out$/ };
/** Vitest's own error has no code. */
const testTooLong = /^(Test|Hook) timed out in /;
const ofHarness = { [originLabel]: new RegExp(`^${harnessOrigin}$`) };

/**
 * The categories of failures in the report: a finding of the cluster by its code, the environment, the harness. The first
 * match counts.
 */
export const categories: CategoryRule[] = [
  // Checks of a cluster begin their message with the code; of other specs the audit after the failure says it.
  ...diagnosisCodes.map(
    (code): CategoryRule => ({
      name: `Cluster finding: ${code}: ${diagnosisTitles[code]}`,
      matchers: [
        { statuses: bad, message: new RegExp(`^(only because of )?${code}: `) },
        { statuses: bad, labels: { [diagnosisLabel]: new RegExp(`^${code}$`) } },
      ],
    }),
  ),
  {
    name: 'Environment: set-up, teardown or the run itself failed',
    matchers: { statuses: ['broken'], labels: { feature: new RegExp(`^${hostFeature}$`) } },
  },
  {
    name: 'Harness: a time limit was exceeded',
    matchers: [
      { statuses: ['broken'], labels: tooLong },
      { statuses: ['broken'], message: testTooLong },
      { statuses: ['failed'], labels: { ...ofHarness, ...tooLong } },
      { statuses: ['failed'], labels: ofHarness, message: testTooLong },
    ],
  },
  {
    name: 'Harness: a request of the spec failed',
    matchers: [{ statuses: ['broken'] }, { statuses: ['failed'], labels: ofHarness }],
  },
  {
    name: 'The cluster did not behave as the spec expects',
    matchers: { statuses: ['failed'] },
  },
  {
    name: 'Not run, by reason',
    matchers: { statuses: ['skipped'] },
    groupByMessage: true,
  },
];
