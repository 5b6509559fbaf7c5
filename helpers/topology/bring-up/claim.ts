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
  /** When that process started, so that a later one with the same number is not taken for it. */
  born: z.string(),
  doing: z.string(),
});

/**
 * Says that what is in the store belongs to this process, for as long as it lives. A process that was killed cannot
 * take back its claim: the next one sees by it that the store holds leftovers, not a cluster that is in use.
 *
 * @returns whether the store was left by a process that died
 */
export async function claimStateDirectory(
  store: string,
  doing: string,
): Promise<{ abandoned: boolean }> {
  for (;;) {
    try {
      await takeStateDirectory(store);
      return await writeClaim(store, doing);
    } catch (error) {
      // A take-down has just removed the empty folder.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      if (error instanceof HarnessError) throw error;
      throw new HarnessError({
        code: 'folder-unwritable',
        tried: `use the store ${store}`,
        observed: firstLine(error),
        remedy: 'name a folder that can be written, with room, in MACHINE_STORAGE_PATH',
        cause: error,
      });
    }
  }
}

/**
 * The same for a take-down, which has to write nothing: where the claim cannot be written, on a full disk or in a folder
 * that is not known to be ours, it is enough that no other living process has one.
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

async function writeClaim(store: string, doing: string): Promise<{ abandoned: boolean }> {
  const file = claimFile(store);
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  try {
    const text = JSON.stringify({
      pid: process.pid,
      born: await readStartTime(process.pid),
      doing,
    });
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    if (await linkIfFree(draft, file)) return { abandoned: false };
    // One of a living process is told at once: it may hold the lock.
    await examineHolder(store, file);
    // Of two that find a dead claim, the second must not remove the one that the first has put in its place.
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

/** Elsewhere than on Linux a shell has no flock. */
async function inTurn<T>(store: string, run: () => Promise<T>): Promise<T> {
  return process.platform === 'linux'
    ? await withFolderLock(store, `store ${store}`, run)
    : await run();
}

/** Takes the claim back: what is in the store stays there, for the next process. */
export async function releaseClaim(store: string): Promise<void> {
  await rm(claimFile(store), { recursive: true, force: true });
}

/**
 * Takes the claim back where nothing is left, and removes the folder if it is empty.
 *
 * @returns the names of what stays in it
 */
export async function releaseAndRemove(store: string): Promise<string[]> {
  const found = examineStateDirectory(store);
  if (found === 'absent' || found === 'foreign') return [];
  // Drafts of a process that was killed while it wrote: claim.json.PID.ID, topology.json.PID.tmp, set-up.json.PID.ID.tmp.
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

/** Who holds the claim: this process or one that died. Any other is an error. */
async function examineHolder(store: string, file: string): Promise<'self' | 'dead'> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const claim = claimText.safeParse(parseJson(text)).data;
  const born = claim === undefined ? undefined : await readStartTime(claim.pid);
  if (claim === undefined || born === undefined || born !== claim.born) return 'dead';
  if (claim.pid === process.pid) return 'self';
  throw new HarnessError({
    code: 'state-in-use',
    tried: `use the store ${store}`,
    observed: `process ${claim.pid} is at «${claim.doing}» in it`,
    remedy: 'wait for it, or name another folder in MACHINE_STORAGE_PATH',
  });
}

function claimFile(store: string): string {
  return join(store, 'claim.json');
}
