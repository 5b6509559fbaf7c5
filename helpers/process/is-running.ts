import { readIfThere } from './files/read-if-exists.ts';

/** Returns true if a process has not ended. An ended one may remain until its parent takes note. */
export function isRunning(pid: number): boolean {
  const status = readIfThere(`/proc/${pid}/status`);
  return status !== '' && !/^State:\tZ/m.test(status);
}
