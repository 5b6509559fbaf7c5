import { HarnessError } from '../errors/harness-error.ts';
import { readFileSystem } from './file-system.ts';

/** A folder that something is written to, as people know it. */
export interface Place {
  /** «the cache» */
  readonly called: string;
  readonly folder: string;
  /** The variable that names another. */
  readonly variable: string;
}

const noSpace = 'no space left for';

/**
 * Whatever program ran out of space, and however it said so: the user reads one line. Other errors stay as they are.
 * To be asked before anything is removed, which makes room again.
 */
export async function explainFullDisk(
  { called, folder, variable }: Place,
  tried: string,
  error: unknown,
): Promise<unknown> {
  const said = error instanceof Error ? error.message : String(error);
  if (said.includes(noSpace)) return error;
  const disk = await readFileSystem(folder).catch(() => undefined);
  const isSaid = /ENOSPC|EDQUOT|no space left|enough free space|quota exceeded/i.test(said);
  if (disk?.full !== true && !isSaid) return error;
  const size = disk === undefined ? '' : `, on a disk of ${Math.ceil(disk.size / 1e6)} MB`;
  return new HarnessError({
    tried,
    observed: `${noSpace} ${called} ${folder}${size}`,
    remedy: `make room there, or set ${variable} to a folder with more`,
    cause: error,
    evidence: said,
  });
}

/** Refuses a folder on an overlay file system: an engine cannot stack its own on that. */
export async function requireNoOverlay(
  { called, folder, variable }: Place,
  tried: string,
): Promise<void> {
  if (!(await readFileSystem(folder)).isOverlay) return;
  throw new HarnessError({
    tried,
    observed: `${called} ${folder} is on an overlay file system, on which no engine can keep containers`,
    remedy: `set ${variable} to a folder on a disk: in a container one that -v or --tmpfs brings`,
  });
}
