import type { ErrorCode } from '../../process/errors/error-codes.ts';

/** The reason why an engine does not answer, and the remedy. */
export interface Explanation {
  /** `engine-unreachable` if no engine answers; another code if something else answers, or an engine that refuses. */
  readonly code: ErrorCode;
  readonly observed: string;
  readonly remedy?: string;
}
