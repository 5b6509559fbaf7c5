import type { Vitest } from 'vitest/node';
import { InterruptionWatch } from '../../process/errors/interruption.ts';

/** In watch mode, each project has its own modules, but they share the process and its interruptions. */
const shared = globalThis as { overlayE2eRunWatch?: InterruptionWatch };

/**
 * Watches for interruptions of a run. On a signal, Vitest exits immediately without a tear-down; with this function, it
 * stops, tears down, then exits.
 */
export function watchRun(vitest: Vitest): InterruptionWatch {
  if (shared.overlayE2eRunWatch !== undefined) return shared.overlayE2eRunWatch;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
  shared.overlayE2eRunWatch = new InterruptionWatch(() => {
    const cancelled = vitest.cancelCurrentRun('keyboard-input').catch(() => {});
    // Watch mode would continue and wait for the next change.
    if (vitest.config.watch) void cancelled.then(() => vitest.exit(true));
  });
  return shared.overlayE2eRunWatch;
}
