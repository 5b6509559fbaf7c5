import type { Vitest } from 'vitest/node';
import { InterruptionWatch } from '../../helpers/process/errors/interruption.ts';

/** In a watch each project has modules of its own; the process, and what interrupts it, is theirs together. */
const shared = globalThis as { overlayE2eRunWatch?: InterruptionWatch };

/**
 * What interrupts the run of specs. Vitest ends at once on a signal, without any take-down; with this it means: stop,
 * take down, then end.
 */
export function watchRun(vitest: Vitest): InterruptionWatch {
  if (shared.overlayE2eRunWatch !== undefined) return shared.overlayE2eRunWatch;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
  shared.overlayE2eRunWatch = new InterruptionWatch(() => {
    const cancelled = vitest.cancelCurrentRun('keyboard-input').catch(() => {});
    // A watch would go on and wait for the next change.
    if (vitest.config.watch) void cancelled.then(() => vitest.exit(true));
  });
  return shared.overlayE2eRunWatch;
}
