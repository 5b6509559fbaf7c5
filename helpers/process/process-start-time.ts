import { readFile } from 'node:fs/promises';

/**
 * Identifies a process among all that have had its number: by its start time, where the system reports one. Undefined if
 * no process has this number.
 */
export async function readStartTime(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  return parseStartTime(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

/** Reads the start time from the text of `/proc/PID/stat`. */
export function parseStartTime(stat: string): string | undefined {
  // Field 22, the start in clock ticks since boot; the second field may contain spaces, but ends with the last `)`.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return fields[19] ?? '';
}
