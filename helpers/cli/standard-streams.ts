import { surviveLostOutput } from '../process/lost-output.ts';
import { oneLine } from '../process/text/one-line.ts';

/** The option by which a program prints details. */
type VerboseOption = '--verbose' | '--debug';

/** Keeps a command line program running despite errors of its standard streams; other uncaught errors become one line. */
export function guardStandardStreams(program: string, verboseOption: VerboseOption): void {
  surviveLostOutput(program);
  process.on('uncaughtException', (error: unknown) => {
    process.stderr.write(`${program}: ${describeDefect(error, verboseOption)}\n`);
    process.exit(1);
  });
}

/**
 * Describes an unexpected error, a bug of the program itself, in one line. Only the option that prints details adds its
 * stack, which a bug report needs.
 */
export function describeDefect(error: unknown, verboseOption: VerboseOption): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = `internal error: ${oneLine(message)}.`;
  if (!process.argv.includes(verboseOption)) {
    return `${line} Run the command again with ${verboseOption} and report what it prints.`;
  }
  return error instanceof Error ? `${line}\n${error.stack}` : line;
}
