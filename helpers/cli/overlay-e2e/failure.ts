import { firstLine, HarnessError } from '../../process/harness-error.ts';
import { isInputError } from '../../process/input-error.ts';
import { Interrupted } from '../../process/interruption.ts';
import { describeSystemError } from '../../process/system-error.ts';
import { describeDefect } from '../standard-streams.ts';

/** Says on standard error why the command failed, in a line and its evidence, and gives its exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof Interrupted) {
    console.error(`overlay-e2e: ${error.observed}`);
    return error.exitCode;
  }
  for (const one of error instanceof AggregateError ? error.errors : [error]) {
    console.error(`overlay-e2e: ${describe(one)}`);
  }
  return isInputError(error) ? 2 : 1;
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('\n');
  if (error instanceof HarnessError) return error.message;
  if (describeSystemError(error) !== undefined) return firstLine(error);
  return describeDefect(error, '--verbose');
}
