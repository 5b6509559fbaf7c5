import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { type ActivityReport, activity } from '../process/activity.ts';
import { firstLine, HarnessError } from '../process/harness-error.ts';
import { withLock } from './cache-lock.ts';

/** Where what was downloaded and built is kept for all stores: `$XDG_CACHE_HOME/overlay-e2e`, `~/.cache/overlay-e2e`. */
export function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'] ?? '';
  // The XDG specification says of a relative path: ignore it.
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'overlay-e2e');
}

/**
 * The folder `<cache>/<key>`, which `make` fills the first time. It appears whole or not at all: `make` fills a
 * sibling that is renamed when it is done. Runs that want the same key wait for the one that makes it; one that dies
 * leaves the lock free, and what it had begun is removed by the next.
 *
 * @param key path below the cache; names what goes in, so that something else gets another key
 * @param what what is made, for people: «engine 20.10.5»
 */
export async function cached(
  key: string,
  what: string,
  make: (folder: string, report: ActivityReport) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), key);
  if (existsSync(folder)) return folder;
  return await explainFullDisk(what, async () => {
    await mkdir(dirname(folder), { recursive: true });
    await withLock(join(cacheFolder(), 'locks', key.replaceAll('/', '_')), what, async () => {
      if (existsSync(folder)) return;
      await removeBegun(folder);
      await activity('transfer', what, (report) => makeWhole(folder, (at) => make(at, report)));
    });
    return folder;
  });
}

async function makeWhole(folder: string, make: (at: string) => Promise<void>): Promise<void> {
  const begun = await mkdtemp(`${folder}${BEGUN}`);
  try {
    await chmod(begun, 0o755);
    await make(begun);
    await rename(begun, folder);
  } catch (error) {
    await rm(begun, { recursive: true, force: true });
    throw error;
  }
}

const BEGUN = '.begun-';

/** Only called under the lock: whoever began these is gone. */
async function removeBegun(folder: string): Promise<void> {
  const prefix = `${basename(folder)}${BEGUN}`;
  const names = await readdir(dirname(folder));
  const begun = names.filter((name) => name.startsWith(prefix));
  await Promise.all(
    begun.map((name) => rm(join(dirname(folder), name), { recursive: true, force: true })),
  );
}

/** Whatever the program said that ran out of space, the user needs to read one thing. */
async function explainFullDisk<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (!/ENOSPC|EDQUOT|no space left|not enough free space|enough free space|quota/i.test(said)) {
      throw error;
    }
    throw new HarnessError({
      tried: what,
      observed: `no space left in the cache ${cacheFolder()} (${await freeMegabytes()} MB free)`,
      remedy: 'make room there, or set XDG_CACHE_HOME to a folder with more',
      cause: error,
      evidence: firstLine(error),
    });
  }
}

async function freeMegabytes(): Promise<string> {
  const { bavail, bsize } = await statfs(cacheFolder());
  return Math.floor((bavail * bsize) / 1e6).toString();
}
