import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { firstLine, HarnessError } from '../errors/harness-error.ts';

/** Makes a folder that only its owner can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Writes a file so that a reader sees the old content or the new one, whatever happens in between. */
export async function writeAtomically(
  file: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  // A name that nobody can know beforehand, and that is not there: a link that was planted would be followed.
  const temporary = `${file}.${process.pid}.${randomUUID()}.tmp`;
  try {
    await using handle = await open(temporary, 'wx', mode);
    await handle.writeFile(content);
    // Without it, a power cut may leave the new name with none of the content.
    await handle.sync();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new HarnessError({
      tried: `write ${file}`,
      observed: firstLine(error),
      remedy: `see whether ${dirname(file)} can be written and its disk has room`,
      cause: error,
    });
  }
}
