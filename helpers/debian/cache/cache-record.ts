import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { writeAtomically } from '../../process/files/write-atomically.ts';

// The cache is used for months, and root runs programs from it. A full disk, a power failure or a mistake may damage it
// during this time.

const recordedFile = z.object({
  path: z.string(),
  size: z.number(),
  modified: z.number(),
  /** The SHA-256 of the content; for a link, of its target. */
  digest: z.string(),
});
const cacheRecord = z.object({ version: z.literal(1), files: z.array(recordedFile) });

/** Records every file of a folder in the cache after it was built. */
export async function recordFiles(folder: string, recordFile: string): Promise<void> {
  const files = [];
  for (const path of await listFiles(folder)) {
    const { size, mtimeMs } = lstatSync(join(folder, path));
    files.push({ path, size, modified: mtimeMs, digest: await digestOf(join(folder, path)) });
  }
  await mkdir(dirname(recordFile), { recursive: true, mode: 0o700 });
  await writeAtomically(recordFile, JSON.stringify({ version: 1, files }));
}

/**
 * Returns the first file whose size or time of change differs from the record; undefined if none does, or if the
 * version that built the folder wrote no record. Takes a few milliseconds, so it runs at each use.
 */
export function findChange(folder: string, recordFile: string): string | undefined {
  return readRecord(recordFile)?.files.find(({ path, size, modified }) => {
    const seen = lstatSync(join(folder, path), { throwIfNoEntry: false });
    return seen?.size !== size || seen.mtimeMs !== modified;
  })?.path;
}

/** Returns the first file whose content differs from the record. Runs after a failure of something from the cache. */
export async function findDamage(folder: string, recordFile: string): Promise<string | undefined> {
  for (const { path, digest } of readRecord(recordFile)?.files ?? []) {
    const seen = await digestOf(join(folder, path)).catch(() => undefined);
    if (seen !== digest) return path;
  }
  return undefined;
}

function readRecord(file: string): z.infer<typeof cacheRecord> | undefined {
  try {
    return cacheRecord.safeParse(parseJson(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  if (lstatSync(file).isSymbolicLink()) return hash.update(readlinkSync(file)).digest('hex');
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
