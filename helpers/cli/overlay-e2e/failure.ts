import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { isInputError } from '../../process/errors/input-error.ts';
import { Interrupted } from '../../process/errors/interruption.ts';
import { describeSystemError } from '../../process/errors/system-error.ts';
import { renderDiagnosis } from '../../report/text/render-diagnosis.ts';
import { DiagnosedFailure } from '../../topology/bring-up/diagnosed-failure.ts';
import { describeDefect } from '../standard-streams.ts';

/** Says on standard error why the command failed, in a line and its evidence, and gives its exit code. */
export function reportFailure(error: unknown, { verbose = false } = {}): number {
  if (error instanceof Interrupted) {
    console.error(`overlay-e2e: ${error.observed}`);
    return error.exitCode;
  }
  for (const one of error instanceof AggregateError ? error.errors : [error]) {
    console.error(`overlay-e2e: ${describe(one)}`);
    if (one instanceof DiagnosedFailure) console.error(renderFindings(one, verbose));
  }
  return isInputError(error) ? 2 : 1;
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('\n');
  if (error instanceof DiagnosedFailure) return error.line;
  if (error instanceof HarnessError) return error.message;
  if (describeSystemError(error) !== undefined) return firstLine(error);
  return describeDefect(error, '--verbose');
}

/** Formats the findings of a check, with the logs if requested. */
function renderFindings({ report, evidence }: DiagnosedFailure, verbose: boolean): string {
  const color = process.stderr.isTTY && process.stderr.hasColors();
  const layout = { color, width: process.stderr.columns || 80 };
  const findings = report.diagnoses.flatMap((one, at) => [
    ...renderDiagnosis(one, at + 1, layout),
    '',
  ]);
  const logs = evidence === undefined || !verbose ? [] : [evidence, ''];
  return ['', ...findings, ...logs].join('\n');
}
