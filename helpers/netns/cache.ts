import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { type ActivityReport, activity, onMachine } from '../process/activity.ts';
import { withLock } from './cache-lock.ts';
import { explainFullDisk, type Place } from './place.ts';

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
  try {
    await mkdir(dirname(folder), { recursive: true });
    await withLock(join(cacheFolder(), 'locks', key.replaceAll('/', '_')), what, async () => {
      if (existsSync(folder)) return;
      await removeBegun(folder);
      const fill = (report: ActivityReport) =>
        makeWhole(folder, what, (begun) => make(begun, report));
      await onMachine(undefined, () => activity('transfer', what, fill));
    });
  } catch (error) {
    throw await explainFullDisk(cachePlace(), what, error);
  }
  return folder;
}

const BEGUN = '.begun-';

async function makeWhole(
  folder: string,
  what: string,
  make: (begun: string) => Promise<void>,
): Promise<void> {
  const begun = await mkdtemp(`${folder}${BEGUN}`);
  try {
    await chmod(begun, 0o755);
    await make(begun);
    await rename(begun, folder);
  } catch (error) {
    // Before the removal, which makes room again.
    throw await explainFullDisk(cachePlace(), what, error);
  } finally {
    await removeFolder(begun);
  }
}

/** Only called under the lock: whoever began these is gone. */
async function removeBegun(folder: string): Promise<void> {
  const prefix = `${basename(folder)}${BEGUN}`;
  const names = await readdir(dirname(folder));
  const begun = names.filter((name) => name.startsWith(prefix));
  await Promise.all(begun.map((name) => removeFolder(join(dirname(folder), name))));
}

/** A program that outlived the run that began it may still be writing there: that makes rm look again. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** The cache as a place on disk. */
export function cachePlace(): Place {
  return { called: 'the cache', folder: cacheFolder(), variable: 'XDG_CACHE_HOME' };
}
