import { HarnessError } from '../../process/harness-error.ts';
import { Interrupted } from '../../process/interruption.ts';
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
  return 1;
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('\n');
  if (error instanceof HarnessError) return error.message;
  return describeDefect(error, '--verbose');
}
