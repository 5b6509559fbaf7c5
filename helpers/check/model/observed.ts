import type { ErrorCode } from '../../process/errors/error-codes.ts';

/** A part of an observation: its value, or the reason why it was not observed. Never silently empty. */
export type Observed<T> = Value<T> | Missing;

export interface Value<T> {
  readonly value: T;
}

/**
 * The kind of reason: the cluster has no such part, the user did not request it, or it was requested but not possible. Only
 * the last one makes a result incomplete.
 */
export const missingBecause = ['not-applicable', 'not-requested', 'failed'] as const;

export type MissingBecause = (typeof missingBecause)[number];

export interface Missing {
  /** The reason in words: "the engine does not answer", "probes are turned off". */
  readonly missing: string;
  readonly because: MissingBecause;
  /** The code of the error that prevented the observation, if one did. */
  readonly error?: ErrorCode;
}

export function withValue<T>(value: T): Value<T> {
  return { value };
}

export function withoutValue(
  why: string,
  because: MissingBecause = 'failed',
  error?: ErrorCode,
): Missing {
  return { missing: why, because, ...(error === undefined ? {} : { error }) };
}

/** Returns the observed value; undefined without one. */
export function valueOf<T>(part: Observed<T> | undefined): T | undefined {
  return part !== undefined && 'value' in part ? part.value : undefined;
}
