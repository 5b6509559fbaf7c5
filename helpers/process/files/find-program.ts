import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from '../environment.ts';

/** The system's folders of programs, including folders that are not on an ordinary user's PATH. */
export const SYSTEM_PATH: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** Returns this process's PATH and the system's folders. */
export function hostPath(): string[] {
  const path = (readVariable('PATH') ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...new Set([...path, ...SYSTEM_PATH])];
}

/** Finds the program with this name in the first of `folders` that contains it. */
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
