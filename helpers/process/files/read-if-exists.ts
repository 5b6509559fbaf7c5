import { readFileSync } from 'node:fs';

/** What a file holds; nothing when it cannot be read: processes, and their files in /proc, go while one looks at them. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
