import { showLiveLines } from './progress/live-lines.ts';
import { showPlainLines } from './progress/plain-lines.ts';

export interface ProgressOptions {
  /** Where the lines go; standard error when absent, so that `--json` has standard output for itself. */
  readonly stream?: NodeJS.WriteStream;
  /** Whether each command and HTTP exchange gets a line too. */
  readonly verbose?: boolean;
}

/**
 * Tells on the terminal what goes on, from now until the function that it returns is called: live lines on a terminal,
 * plain lines with the seconds since the start in continuous integration and in files. `NO_COLOR` is heeded.
 *
 *     const stopProgress = showProgress({ verbose });
 *     try { await standUp(); } finally { stopProgress(); }
 */
export function showProgress(options: ProgressOptions = {}): () => void {
  const { stream = process.stderr, verbose = false } = options;
  const live = stream.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  return live ? showLiveLines(stream, verbose) : showPlainLines(stream, verbose);
}
