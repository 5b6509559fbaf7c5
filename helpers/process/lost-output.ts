import { getSystemErrorMessage } from 'node:util';

/** The exit code of a program whose output could not be written. */
const exitCodeOfLostOutput = 2;

/** Errors by which a stream says that nothing reads it any more: a closed pipe or socket, a terminal that is gone. */
const readerGoneCodes = new Set(['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED']);

let isSurvived = false;

/**
 * Keeps a process running despite errors of its standard streams. A closed reader (`| head`) ends neither the work nor
 * changes the exit code. If output cannot be written, for example on a full disk, an error of one line and exit code 2
 * follow; on standard error only the progress is lost.
 *
 * @param program the name that begins the line
 */
export function surviveLostOutput(program: string): void {
  if (isSurvived) return;
  isSurvived = true;
  let isLost = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost || readerGoneCodes.has(error.code ?? '')) return;
    isLost = true;
    const reason = error.errno === undefined ? error.message : getSystemErrorMessage(error.errno);
    process.stderr.write(
      `${program}: standard output cannot be written: ${reason}. Free space or redirect it elsewhere.\n`,
    );
  });
  process.on('exit', () => {
    if (isLost) process.exitCode = exitCodeOfLostOutput;
  });
}
