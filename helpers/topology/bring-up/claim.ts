import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { withFolderLock } from '../../process/files/file-lock.ts';
import {
  examineStateDirectory,
  leaveStateDirectory,
  takeStateDirectory,
} from '../../netns/state/state-directory.ts';
import { readStartTime } from '../../process/process-start-time.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';

const claimText = z.object({
  pid: z.number().int(),
  /** The start time of the process, which identifies it if its number is used again. */
  born: z.string(),
  doing: z.string(),
  /** True if the directory holds a complete topology, also when the process dies. */
  keeps: z.boolean().optional(),
});

/**
 * Claims a state directory for this process, as long as it lives. A killed process cannot release its claim, so the
 * next one knows that the directory holds remains and not a cluster in use.
 *
 * @param options.keeps true if the directory holds a complete topology, which must survive the death of this process
 * @returns whether the directory was left by a process that died, and holds the remains of its work
 */
export async function claimStateDirectory(
  store: string,
  doing: string,
  { keeps = false }: { readonly keeps?: boolean } = {},
): Promise<{ abandoned: boolean }> {
  for (;;) {
    try {
      await takeStateDirectory(store);
      return await writeClaim(store, doing, keeps);
    } catch (error) {
      // A tear-down has just removed the empty folder.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      if (error instanceof HarnessError) throw error;
      throw new HarnessError({
        code: 'folder-unwritable',
        tried: `use the state directory ${store}`,
        observed: firstLine(error),
        hint: 'name a writable folder with free space in MACHINE_STORAGE_PATH',
        cause: error,
      });
    }
  }
}

/**
 * Claims a state directory for a tear-down, which must work without writing. If the claim cannot be written, because
 * the disk is full or the folder may not be ours, it is enough that no other living process has a claim.
 */
export async function claimForTearDown(store: string): Promise<void> {
  const found = examineStateDirectory(store);
  if (found === 'absent') return;
  if (found === 'own') {
    try {
      await writeClaim(store, 'tear-down');
      return;
    } catch (error) {
      if (error instanceof HarnessError) throw error;
    }
  }
  await examineHolder(store, claimFile(store));
}

async function writeClaim(
  store: string,
  doing: string,
  keeps = false,
): Promise<{ abandoned: boolean }> {
  const file = claimFile(store);
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  try {
    const text = JSON.stringify({
      pid: process.pid,
      born: await readStartTime(process.pid),
      doing,
      ...(keeps ? { keeps } : {}),
    });
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    if (await linkIfFree(draft, file)) return { abandoned: false };
    // Fails immediately on the claim of a living process, which may hold the lock.
    await examineHolder(store, file);
    // Of two processes that find a dead claim, the second must not remove the new claim of the first.
    return await inTurn(store, async () => {
      let abandoned = false;
      while (!(await linkIfFree(draft, file))) {
        abandoned = (await examineHolder(store, file)) === 'dead';
        await rm(file, { recursive: true, force: true });
      }
      return { abandoned };
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Runs a function with the directory's lock. Systems other than Linux have no flock. */
async function inTurn<T>(store: string, run: () => Promise<T>): Promise<T> {
  return process.platform === 'linux'
    ? await withFolderLock(store, `store ${store}`, run)
    : await run();
}

/** Releases the claim. The content of the directory remains for the next process. */
export async function releaseClaim(store: string): Promise<void> {
  await rm(claimFile(store), { recursive: true, force: true });
}

/**
 * Releases the claim after a tear-down, and removes the folder if it is empty.
 *
 * @returns the names of the remaining files
 */
export async function releaseAndRemove(store: string): Promise<string[]> {
  const found = examineStateDirectory(store);
  if (found === 'absent' || found === 'foreign') return [];
  // Drafts of a process that was killed while it wrote: claim.json.PID.ID, topology.json.PID.tmp,
  // set-up.json.PID.ID.tmp.
  for (const name of await readdir(store)) {
    const [, pid] = /^(?:claim|topology|set-up)\.json\.(\d+)(?:\.[\w-]+)*$/.exec(name) ?? [];
    if (pid === undefined) continue;
    if (Number(pid) !== process.pid && (await readStartTime(Number(pid))) !== undefined) continue;
    await rm(join(store, name), { recursive: true, force: true });
  }
  await releaseClaim(store);
  return await leaveStateDirectory(store);
}

async function linkIfFree(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Throws if another living process has claimed the directory. Changes nothing. */
export async function requireUnclaimed(store: string): Promise<void> {
  await examineHolder(store, claimFile(store));
}

/**
 * Returns the holder of the claim: this process, a dead process, or a dead process that left a complete topology. Throws
 * for any other holder.
 */
async function examineHolder(store: string, file: string): Promise<'self' | 'dead' | 'keeper'> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const claim = claimText.safeParse(parseJson(text)).data;
  const born = claim === undefined ? undefined : await readStartTime(claim.pid);
  if (claim === undefined || born === undefined || born !== claim.born) {
    return claim?.keeps === true ? 'keeper' : 'dead';
  }
  if (claim.pid === process.pid) return 'self';
  throw new HarnessError({
    code: 'state-in-use',
    tried: `use the state directory ${store}`,
    observed: `process ${claim.pid} uses it for "${claim.doing}"`,
    hint: 'wait for that process, or name another folder in MACHINE_STORAGE_PATH',
  });
}

function claimFile(store: string): string {
  return join(store, 'claim.json');
}
