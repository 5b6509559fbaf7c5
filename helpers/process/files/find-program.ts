import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** The machine's own folders of programs, also those that an ordinary user's PATH leaves out. */
export const SYSTEM_PATH: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** This process's PATH, and the machine's own folders. */
export function hostPath(): string[] {
  const path = (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...new Set([...path, ...SYSTEM_PATH])];
}

/** The program of this name, in the first of `folders` that has it. */
export function findProgram(
  name: string,
  folders: readonly string[] = hostPath(),
): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
