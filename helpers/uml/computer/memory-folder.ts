import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { existingPart, readFileSystem } from '../../process/files/file-system.ts';

/** MiB of the virtual computer: three engines with the tutorial's containers, and the specs. */
export const MEMORY = 2048;

/**
 * Returns the folder for the file that is the computer's memory: the first with room for it that may hold programs, since
 * the kernel maps its code from there. Containers of Docker have 64 MB at /dev/shm.
 *
 * @param fallback a folder on a disk
 */
export async function memoryFolder(fallback: string): Promise<string> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const reasons: string[] = [];
  for (const folder of ['/dev/shm', tmpdir(), fallback]) {
    const reason = isNoexec(folder, mounts)
      ? 'is mounted noexec'
      : await readFileSystem(folder)
          .then(({ free }) => free)
          .then((free) =>
            free >= MEMORY * 2 ** 20 ? undefined : `has ${Math.floor(free / 1e6)} MB`,
          );
    if (reason === undefined) return folder;
    reasons.push(`${folder} ${reason}`);
  }
  throw new HarnessError({
    code: 'folder-unsuitable',
    tried: `memory of the virtual computer, a file of ${MEMORY} MiB`,
    observed: reasons.join(', '),
    hint: 'set TMPDIR to a folder with more space that is not mounted noexec',
  });
}

/**
 * Returns true if programs of a folder cannot run.
 *
 * @param mounts the text of /proc/self/mounts
 */
export function isNoexec(folder: string, mounts: string): boolean {
  const at = existingPart(folder);
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const holds = (point: string): boolean =>
    point === '/' || at === point || at.startsWith(`${point}/`);
  // The last of equal mount points is on top.
  const [best] = rows
    .filter(([, point = '']) => point !== '' && holds(point))
    .toReversed()
    .sort(([, a = ''], [, b = '']) => b.length - a.length);
  return (best?.[3] ?? '').split(',').includes('noexec');
}
