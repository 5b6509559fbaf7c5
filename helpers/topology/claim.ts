import { link, mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { birthOf } from '../process/birth-of-process.ts';
import { HarnessError } from '../process/harness-error.ts';
import { parseJson } from '../process/parse-json.ts';

const claimText = z.object({
  pid: z.number().int(),
  /** When that process started, so that a later one with the same number is not taken for it. */
  born: z.string(),
  doing: z.string(),
});

/**
 * Says that what is in the store belongs to this process, for as long as it lives. A process that was killed cannot
 * take back its claim: whoever comes next sees by it that the store holds leftovers, not a cluster that someone uses.
 *
 * @returns whether the store was left by a process that died
 */
export async function claimStore(store: string, doing: string): Promise<{ abandoned: boolean }> {
  const file = claimFile(store);
  const draft = await writeDraft(store, doing);
  try {
    let abandoned = false;
    while (!(await linkIfFree(draft, file))) {
      abandoned = (await examineHolder(store, file)) === 'dead';
      await rm(file, { force: true });
    }
    return { abandoned };
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDraft(store: string, doing: string): Promise<string> {
  const draft = `${claimFile(store)}.${process.pid}`;
  const text = JSON.stringify({ pid: process.pid, born: await birthOf(process.pid), doing });
  for (;;) {
    try {
      await mkdir(store, { recursive: true, mode: 0o700 });
      await writeFile(draft, text);
      return draft;
    } catch (error) {
      // Whoever just took everything down took the empty folder with it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      await rm(draft, { force: true }).catch(() => undefined);
      throw new HarnessError({
        tried: `use the store ${store}`,
        observed: (error as Error).message,
        remedy: 'name a folder that can be written, with room, in MACHINE_STORAGE_PATH',
        cause: error,
      });
    }
  }
}

/** Takes the claim back: what is in the store stays there, for whoever comes. */
export async function releaseStore(store: string): Promise<void> {
  await rm(claimFile(store), { force: true });
}

/** Takes the claim back where nothing is left, and removes the folder if it is empty. */
export async function leaveStore(store: string): Promise<void> {
  // What a process was writing here when it was killed: claim.json.PID, topology.json.PID.tmp, set-up.json.PID.tmp.
  for (const name of await readdir(store)) {
    const [, pid] = /^(?:claim|topology|set-up)\.json\.(\d+)(?:\.tmp)?$/.exec(name) ?? [];
    if (pid === undefined || (await birthOf(Number(pid))) !== undefined) continue;
    await rm(join(store, name), { force: true });
  }
  await releaseStore(store);
  // It is not when others have something in it.
  await rmdir(store).catch(() => undefined);
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
  const born = claim === undefined ? undefined : await birthOf(claim.pid);
  if (claim === undefined || born === undefined || born !== claim.born) return 'dead';
  if (claim.pid === process.pid) return 'self';
  throw new HarnessError({
    tried: `use the store ${store}`,
    observed: `process ${claim.pid} is at «${claim.doing}» in it`,
    remedy: 'wait for it, or name another folder in MACHINE_STORAGE_PATH',
  });
}

function claimFile(store: string): string {
  return join(store, 'claim.json');
}
