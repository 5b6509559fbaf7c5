import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../process/text/parse-json.ts';
import { writeAtomically } from '../../process/files/write-atomically.ts';

// What was built is used for months, and root runs programs out of it: a disk that was full, a power cut or a hand that
// slipped may have damaged it since.

const recordedFile = z.object({
  path: z.string(),
  size: z.number(),
  modified: z.number(),
  /** SHA-256, of a link its target. */
  digest: z.string(),
});
const cacheRecord = z.object({ version: z.literal(1), files: z.array(recordedFile) });

/** Records every file of a folder of the cache, as it was built. */
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
 * The first file that is not as it was built, by size and time of change: a look of a few milliseconds, at each use.
 * undefined when all are, and of what a version without records built.
 */
export function findChange(folder: string, recordFile: string): string | undefined {
  return readRecord(recordFile)?.files.find(({ path, size, modified }) => {
    const seen = lstatSync(join(folder, path), { throwIfNoEntry: false });
    return seen?.size !== size || seen.mtimeMs !== modified;
  })?.path;
}

/** The first file with another content than it was built with: for when what was built does not work. */
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
