/** The label of a failed test whose error is no assertion: a wait that took too long, a call that failed. */
export const originLabel = 'origin';

export const harnessOrigin = 'harness';
