import { type FileSystem, readFileSystem } from '../../process/files/file-system.ts';
import { type Finding, fine, missing } from './host-finding.ts';

/** A folder that needs disk space. */
export interface RequiredSpace {
  readonly subject: string;
  readonly folder: string;
  /** In bytes. */
  readonly needs: number;
  /** The environment variable that names another folder. */
  readonly variable: string;
}

/** Checks the file system and the free space of a folder. */
export function evaluateSpace(
  { subject, folder, needs, variable }: RequiredSpace,
  { free, isOverlay, full }: FileSystem,
): Finding {
  if (isOverlay) {
    return missing(
      subject,
      `${folder} is on an overlay file system, where engines cannot store containers`,
      `set ${variable} to a folder on a disk; in a container, to one of -v or --tmpfs`,
    );
  }
  const observed = `${folder}: ${gigabytes(free)} free`;
  if (free >= needs && !full) return fine(subject, observed);
  return missing(
    subject,
    `${observed}, ${gigabytes(needs)}${full ? ' and inodes' : ''} required`,
    `free space there, or set ${variable} to a folder with more`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

export async function examineSpace(all: readonly RequiredSpace[]): Promise<Finding[]> {
  return await Promise.all(
    all.map(async (space) => evaluateSpace(space, await readFileSystem(space.folder))),
  );
}
