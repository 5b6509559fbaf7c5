import type { ErrorCode } from '../../process/errors/error-codes.ts';

/** The reason why an engine does not answer, with a hint. */
export interface Explanation {
  /** `engine-unreachable` if no engine answers; another code if another program answers, or the engine refuses. */
  readonly code: ErrorCode;
  readonly observed: string;
  readonly hint?: string;
}
