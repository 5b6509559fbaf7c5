/** The label with the code of the reason why a test did not run. */
export const skipLabel = 'skip';

/**
 * The codes: the test, or its file, skipped it with a reason or without; it is still to be written; the run is of other
 * tests of its file; the set-up of its cluster or a hook failed; the run was interrupted or ended early.
 */
export const skipCodes = [
  'with-reason',
  'without-reason',
  'to-be-written',
  'not-chosen',
  'set-up-failed',
  'hook-failed',
  'interrupted',
  'run-ended',
] as const;
export type SkipCode = (typeof skipCodes)[number];

/** The reason why a test did not run: a code for programs, and a text for people. */
export interface SkipReason {
  readonly code: SkipCode;
  readonly text: string;
}
