import type { Line } from './progress/scene.ts';
import { showPlainLines } from './progress/plain-lines.ts';

export interface ProgressOptions {
  /** Where the lines go; standard error when absent, so that `--json` has standard output for itself. */
  readonly stream?: NodeJS.WriteStream;
  /** Whether each command and HTTP exchange gets a line too. */
  readonly verbose?: boolean;
  /** On a terminal: what else goes on, above the lines of activities. */
  readonly more?: () => readonly Line[];
}

/** Where specs run, their reporter tells what their set-ups do, too; each has modules of its own. */
const shared = globalThis as { overlayE2eTells?: boolean };

/**
 * Tells on the terminal what goes on, from now until the function that it returns is called: live lines on a terminal,
 * plain lines with the seconds since the start in continuous integration and in files. `NO_COLOR` is heeded.
 *
 *     const stopProgress = await showProgress({ verbose });
 *     try { await standUp(); } finally { stopProgress(); }
 */
export async function showProgress(options: ProgressOptions = {}): Promise<() => void> {
  if (shared.overlayE2eTells === true) return () => {};
  shared.overlayE2eTells = true;
  const stop = await startTelling(options);
  return () => {
    shared.overlayE2eTells = false;
    stop();
  };
}

async function startTelling({
  stream = process.stderr,
  verbose = false,
  more,
}: ProgressOptions): Promise<() => void> {
  if (!isLive(stream)) return showPlainLines(stream, verbose);
  // What draws them takes a while to load, and logs need none of it.
  const { showLiveLines } = await import('./progress/live-lines.ts');
  // What is written to the other one would be drawn over.
  const others = stream === process.stderr && process.stdout.isTTY ? [process.stdout] : [];
  return showLiveLines(stream, { verbose, others, more });
}

/** Whether a stream is a terminal that somebody looks at, and on which lines can be drawn anew. */
function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
}
