import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file system that contains a folder, or will contain it once it is created. */
export interface FileSystem {
  /** Free bytes. */
  readonly free: number;
  readonly size: number;
  /** True if it has no room for even the smallest file. */
  readonly full: boolean;
  /** True for an overlay, as the root of most containers: no engine can store containers on it. */
  readonly isOverlay: boolean;
}

/** OVERLAYFS_SUPER_MAGIC */
const overlayMagic = 0x794c7630;

export async function readFileSystem(folder: string): Promise<FileSystem> {
  const { bavail, blocks, bsize, files, ffree, type } = await statfs(existingPart(folder));
  return {
    free: bavail * bsize,
    size: blocks * bsize,
    // Some file systems count no files: both are 0 there.
    full: bavail * bsize < 1e6 || (files > 0 && ffree === 0),
    isOverlay: type === overlayMagic,
  };
}

/** Returns the folder, or its nearest existing parent. */
export function existingPart(folder: string): string {
  let at = folder;
  while (!existsSync(at)) at = dirname(at);
  return at;
}
