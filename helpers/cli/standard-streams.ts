import { getSystemErrorMessage } from 'node:util';
import { oneLine } from '../process/text/one-line.ts';

/** The exit code of a command whose output could not be written. */
const exitCodeOfLostOutput = 2;

/** Errors by which a stream says that nothing reads it any more: a closed pipe or socket, a terminal that is gone. */
const readerGoneCodes = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED']);

/** The option by which a program prints details. */
type VerboseOption = '--verbose' | '--debug';

/**
 * Keeps a command line program running despite errors of its standard streams. A closed reader (`| head`) ends neither
 * the work nor changes the exit code. If output cannot be written, for example on a full disk, an error of one line and
 * exit code 2 follow; on standard error only the progress is lost. Uncaught errors become one line as well.
 */
export function guardStandardStreams(program: string, verboseOption: VerboseOption): void {
  const complain = (line: string) => process.stderr.write(`${program}: ${line}\n`);
  let isLost = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost || readerGoneCodes.has(error.code ?? '')) return;
    isLost = true;
    const reason = error.errno === undefined ? error.message : getSystemErrorMessage(error.errno);
    complain(`standard output cannot be written: ${reason}. Free space or redirect it elsewhere.`);
  });
  process.on('exit', () => {
    if (isLost) process.exitCode = exitCodeOfLostOutput;
  });
  process.on('uncaughtException', (error: unknown) => {
    complain(describeDefect(error, verboseOption));
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
