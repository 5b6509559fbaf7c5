import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';

/** A process that undoes a fault if this process ends without doing so. */
export interface FaultWatcher {
  /** Ends the process: the fault is undone. */
  dismiss(): void;
}

/**
 * Starts a process that waits until this one ends. It has its own session: neither Ctrl-C nor a closed terminal ends it.
 * The pipe to it is closed when this process ends, even by SIGKILL.
 */
export function watchOver(store: string, id: string): FaultWatcher {
  // JavaScript in the npm package.
  const program = join(import.meta.dirname, `undo-when-alone${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [program, store, id], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // The fault is undone by this process anyway.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  return {
    dismiss: () => {
      child.kill('SIGTERM');
    },
  };
}
