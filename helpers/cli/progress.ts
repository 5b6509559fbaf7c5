import type { Line } from './progress/scene.ts';
import { showPlainLines } from './progress/plain-lines.ts';

export interface ProgressOptions {
  /** The output stream; default standard error, which leaves standard output to `--json`. */
  readonly stream?: NodeJS.WriteStream;
  /** Print a line for each command and HTTP exchange, too. */
  readonly verbose?: boolean;
  /** Returns more lines for a terminal, shown above those of activities. */
  readonly more?: () => readonly Line[];
}

/** Shared by the reporter and the set-ups of specs, which have separate modules. */
const shared = globalThis as { overlayE2eTells?: boolean };

/**
 * Shows progress until the returned function is called: live lines on a terminal, plain lines with the seconds since the
 * start in continuous integration and in files. Respects `NO_COLOR`.
 *
 *     const stopProgress = await showProgress({ verbose });
 *     try { await bringUp(); } finally { stopProgress(); }
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
  // The drawing code takes a while to load, and logs do not need it.
  const { showLiveLines } = await import('./progress/live-lines.ts');
  // Text on the other stream would be overwritten.
  const others = stream === process.stderr && process.stdout.isTTY ? [process.stdout] : [];
  return showLiveLines(stream, { verbose, others, more });
}

/** Returns true for a terminal that can redraw lines. */
function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
}
