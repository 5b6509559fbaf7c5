import { type FileSystem, readFileSystem } from '../../process/files/file-system.ts';
import { type Finding, fine, missing } from './host-finding.ts';

/** What is kept in a folder, and what it takes there. */
export interface Place {
  readonly subject: string;
  readonly folder: string;
  /** Bytes. */
  readonly needs: number;
  /** The variable that names another folder. */
  readonly variable: string;
}

/** Whether a place can hold what is kept there. */
export function judgePlace(
  { subject, folder, needs, variable }: Place,
  { free, isOverlay, full }: FileSystem,
): Finding {
  if (isOverlay) {
    return missing(
      subject,
      `${folder} is on an overlay file system, on which no engine can keep containers`,
      `set ${variable} to a folder on a disk: in a container one that -v or --tmpfs brings`,
    );
  }
  const saw = `${folder}: ${gigabytes(free)} free`;
  if (free >= needs && !full) return fine(subject, saw);
  return missing(
    subject,
    `${saw}, it takes ${gigabytes(needs)}${full ? ' and files' : ''}`,
    `make room there, or set ${variable} to a folder with more`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

export async function examinePlaces(places: readonly Place[]): Promise<Finding[]> {
  return await Promise.all(
    places.map(async (place) => judgePlace(place, await readFileSystem(place.folder))),
  );
}
