import { existsSync } from 'node:fs';
import { withFolderLock } from '../../process/files/file-lock.ts';
import type { Store } from './store.ts';

/**
 * Runs `run` with exclusive access to the names and addresses of a state directory. The lock is held on the directory,
 * which no other user may open. It needs no file, and ends with its process.
 */
export async function withStoreLock<T>(
  store: Store,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  // A deleted state directory has no names to assign, but may have left objects in the kernel.
  if (!existsSync(store.folder)) return await run();
  return await withFolderLock(store.folder, `store ${store.folder}`, run, signal);
}
