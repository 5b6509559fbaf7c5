import { readdirSync } from 'node:fs';
import { readIfThere } from '../../helpers/process/files/read-if-exists.ts';

/** The command lines of all processes whose command line contains this text. */
export function listProcesses(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const line = readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      return line.includes(text) ? [line] : [];
    });
}
