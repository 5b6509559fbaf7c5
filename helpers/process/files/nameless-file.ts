import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that ends with this process, however the process ends. */
export interface NamelessFile extends AsyncDisposable {
  /** Its path for this process alone, in `/proc`: it has no name in any folder. */
  readonly path: string;
}

/** Writes a text, such as a private key, to a file of which a killed process leaves nothing. */
export async function writeNameless(text: string): Promise<NamelessFile> {
  const name = join(tmpdir(), `overlay-e2e-${randomUUID()}`);
  const file = await open(name, 'wx', 0o600);
  try {
    // First: from here on, the end of the process deletes it.
    await rm(name);
    await file.writeFile(text);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    path: `/proc/self/fd/${file.fd}`,
    [Symbol.asyncDispose]: async () => await file.close(),
  };
}
