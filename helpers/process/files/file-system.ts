import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What is known of the file system that a folder is on, or will be on once it is made. */
export interface FileSystem {
  /** Bytes that may still be written. */
  readonly free: number;
  readonly size: number;
  /** Whether it has room for no further file, however small. */
  readonly full: boolean;
  /** Whether it is an overlay, as the root of a container mostly is: no engine can keep containers on that. */
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

/** The folder, or the nearest above it that is there already. */
export function existingPart(folder: string): string {
  let at = folder;
  while (!existsSync(at)) at = dirname(at);
  return at;
}
