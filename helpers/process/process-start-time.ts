import { readFile } from 'node:fs/promises';

/**
 * Something that no other process with this number has: when it started, where the system tells. `undefined` when there
 * is no such process.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  return birthIn(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

/** The same out of a process's `/proc/PID/stat`. */
export function birthIn(stat: string): string | undefined {
  // Field 22, the start in clock ticks since boot; the second field may hold spaces, but ends with the last «)».
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return fields[19] ?? '';
}
