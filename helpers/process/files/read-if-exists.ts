import { readFileSync } from 'node:fs';

/** Reads a file; returns an empty text if it cannot be read, because processes and their files in /proc may vanish. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
