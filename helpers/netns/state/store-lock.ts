import { existsSync } from 'node:fs';
import { withFolderLock } from '../../process/files/file-lock.ts';
import type { Store } from './store.ts';

/**
 * Runs `run` while this process alone may give out names and addresses in the store. The lock is on the store's folder,
 * which nobody else may open: no other user can hold it. It costs no file, and goes with its process however that ends.
 */
export async function withStoreLock<T>(
  store: Store,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  // A store that is gone from the disk has nothing to give out, but may have left something in the kernel.
  if (!existsSync(store.folder)) return await run();
  return await withFolderLock(store.folder, `store ${store.folder}`, run, signal);
}
