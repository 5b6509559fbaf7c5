import { hasCode, HarnessError } from '../errors/harness-error.ts';
import { readFileSystem } from './file-system.ts';

/** A folder for output, with its name and variable for messages. */
export interface TargetFolder {
  /** "the cache" */
  readonly called: string;
  readonly folder: string;
  /** The variable that selects another folder. */
  readonly variable: string;
}

/**
 * Replaces any program's error about a full disk by one line for the user, and returns other errors unchanged.
 * Call it before any clean-up, which frees space again.
 */
export async function explainFullDisk(
  { called, folder, variable }: TargetFolder,
  tried: string,
  error: unknown,
): Promise<unknown> {
  if (hasCode(error, 'disk-full')) return error;
  const said = error instanceof Error ? error.message : String(error);
  const disk = await readFileSystem(folder).catch(() => undefined);
  const isSaid = /ENOSPC|EDQUOT|no space left|enough free space|quota exceeded/i.test(said);
  if (disk?.full !== true && !isSaid) return error;
  const size = disk === undefined ? '' : `, on a disk of ${Math.ceil(disk.size / 1e6)} MB`;
  return new HarnessError({
    code: 'disk-full',
    tried,
    observed: `no space left for ${called} ${folder}${size}`,
    hint: `free space there, or set ${variable} to a folder with more`,
    cause: error,
    evidence: said,
  });
}

/** Refuses a folder on an overlay file system: an engine cannot create another overlay on it. */
export async function requireNoOverlay(
  { called, folder, variable }: TargetFolder,
  tried: string,
): Promise<void> {
  if (!(await readFileSystem(folder)).isOverlay) return;
  throw new HarnessError({
    code: 'folder-unsuitable',
    tried,
    observed: `${called} ${folder} is on an overlay file system, where engines cannot store containers`,
    hint: `set ${variable} to a folder on a disk; in a container, mount one with -v or --tmpfs`,
  });
}
