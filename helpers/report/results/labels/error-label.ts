import { errorCodes, type ErrorCode } from '../../../process/errors/error-codes.ts';

/** The label with the code of the error that a test, a set-up or a take-down failed with. */
export const errorLabel = 'error';

/**
 * Returns the code of an error, also of a serialized Vitest error; for an `AggregateError`, the codes of all its
 * errors. Empty for errors without a code of ours.
 */
export function errorCodesOf(error: unknown): ErrorCode[] {
  if (error instanceof AggregateError) return [...new Set(error.errors.flatMap(errorCodesOf))];
  if (typeof error !== 'object' || error === null || !('code' in error)) return [];
  const { code } = error;
  return typeof code === 'string' && isErrorCode(code) ? [code] : [];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
