import { HarnessError } from '../../process/errors/harness-error.ts';
import { ownFrames } from '../../report/results/stack.ts';
import { DiagnosedFailure } from '../../topology/bring-up/diagnosed-failure.ts';

/**
 * Returns the complete error with the logs that it quotes; a stack trace only for an error in our code. If a check found
 * the cause, only the report has the logs.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join('\n');
  if (error instanceof DiagnosedFailure) return error.line;
  if (error instanceof HarnessError) return error.message;
  return error instanceof Error ? ownFrames(error.stack ?? error.message) : String(error);
}
