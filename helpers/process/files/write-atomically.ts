import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { firstLine, HarnessError } from '../errors/harness-error.ts';

/** Creates a folder that only its owner can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Writes a file so that a reader always sees either the old or the new content. */
export async function writeAtomically(
  file: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  // An unpredictable name that does not exist yet: a link planted by another user would be followed.
  const temporary = `${file}.${process.pid}.${randomUUID()}.tmp`;
  try {
    await using handle = await open(temporary, 'wx', mode);
    await handle.writeFile(content);
    // Without it, the file may be empty after a power failure.
    await handle.sync();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new HarnessError({
      code: 'folder-unwritable',
      tried: `write ${file}`,
      observed: firstLine(error),
      hint: `see whether ${dirname(file)} can be written and its disk has room`,
      cause: error,
    });
  }
}
