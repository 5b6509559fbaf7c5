import { getSystemErrorMessage } from 'node:util';
import { oneLine } from '../process/text/one-line.ts';

/** The exit code of a command whose output could not be written. */
const exitCodeOfLostOutput = 2;

/** Errors by which a stream says that nothing reads it any more: a closed pipe or socket, a terminal that is gone. */
const readerGoneCodes = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED']);

/** The option by which a program prints details. */
type VerboseOption = '--verbose' | '--debug';

/**
 * Keeps a command line program running whatever becomes of its standard streams. A closed reader (`| head`) ends neither
 * the work nor changes the exit code. Output that cannot be written, on a full disk for example, is an error of one line
 * and exit code 2; on standard error only the progress is lost. What nothing else catches becomes one line, too.
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
 * An error that nobody expected, a defect of the program itself, in one line. Its stack is for a report of the defect:
 * only the option that prints details adds it.
 */
export function describeDefect(error: unknown, verboseOption: VerboseOption): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = `internal error: ${oneLine(message)}.`;
  if (!process.argv.includes(verboseOption)) {
    return `${line} Run the command again with ${verboseOption} and report what it prints.`;
  }
  return error instanceof Error ? `${line}\n${error.stack}` : line;
}
