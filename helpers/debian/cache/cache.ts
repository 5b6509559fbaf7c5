import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { type ActivityReport, activity, onMachine } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { runCommand } from '../../process/run-command.ts';
import { findChange, findDamage, recordFiles } from './cache-record.ts';
import { withLock } from '../../process/files/file-lock.ts';
import { explainFullDisk, type TargetFolder } from '../../process/files/target-folder.ts';
import { requireOwner } from '../../process/files/require-owner.ts';
import { readVariable } from '../../process/environment.ts';

/** Where what was downloaded and built is kept for all stores: `$XDG_CACHE_HOME/overlay-e2e`, `~/.cache/overlay-e2e`. */
export function cacheFolder(): string {
  const xdg = readVariable('XDG_CACHE_HOME') ?? '';
  // The XDG specification says of a relative path: ignore it.
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'overlay-e2e');
}

/**
 * The folder `<cache>/<key>`, which `make` fills the first time. It appears whole or not at all: `make` fills a
 * sibling that is renamed when it is done. Runs that want the same key wait for the one that makes it; one that dies
 * leaves the lock free, and what it had begun is removed by the next. One that was damaged since is made again.
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
  const wasUsed = used.has(folder) && existsSync(folder);
  if (wasUsed || isWhole(folder)) {
    // Not only where it is made: a cache that others may write has what others put into it.
    if (!wasUsed) await openCache();
    used.add(folder);
    return folder;
  }
  try {
    await openCache();
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    await withLock(join(cacheFolder(), 'locks', key.replaceAll('/', '_')), what, async () => {
      if (isWhole(folder)) return;
      await removeBegun(folder);
      const fill = (report: ActivityReport) =>
        makeWhole(folder, what, (begun) => make(begun, report));
      await onMachine(undefined, () => activity('transfer', what, fill));
    });
  } catch (error) {
    throw await explainFullDisk(cacheTarget(), what, error);
  }
  used.add(folder);
  return folder;
}

/** The folders that this process has taken out of the cache. */
const used = new Set<string>();

/**
 * What to say when something out of the cache does not work: the folder that is damaged, if one of those that this
 * process used is. Reads all of them; other errors stay as they are.
 */
export async function explainDamage(error: unknown): Promise<unknown> {
  for (const folder of used) {
    const file = await findDamage(folder, recordOf(folder));
    if (file === undefined) continue;
    return new HarnessError({
      code: 'cache-changed',
      tried: `use the cache ${folder}`,
      observed: `${file} is not as it was built`,
      remedy: `delete it with "rm -r ${folder}"; the next run builds it again`,
      cause: error,
      evidence: error instanceof Error ? error.message : String(error),
    });
  }
  return error;
}

function isWhole(folder: string): boolean {
  return existsSync(folder) && findChange(folder, recordOf(folder)) === undefined;
}

function recordOf(folder: string): string {
  const name = folder.slice(cacheFolder().length + 1).replaceAll('/', '_');
  return join(cacheFolder(), 'records', `${name}.json`);
}

/** Makes the cache's own folder, for its owner alone: root runs programs out of it, old releases' setuid ones too. */
async function openCache(): Promise<void> {
  const { called, folder, variable } = cacheTarget();
  if (/[:\n]/.test(folder)) {
    throw new HarnessError({
      code: 'folder-unsuitable',
      tried: `use ${called} ${folder}`,
      observed: 'its path has a colon or a line break, which cannot be in a PATH',
      remedy: `set ${variable} to a folder without`,
    });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  requireOwner(cacheTarget());
  if ((statSync(folder).mode & 0o077) === 0) return;
  await chmod(folder, 0o700).catch((error: unknown) => {
    // One that is only read may be on a disk that nobody can write.
    if (!['EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  });
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
    await withUsualUmask(() => make(begun));
    await recordFiles(begun, recordOf(folder));
    // Without it, a power cut may leave the name of a folder whose files are empty.
    await runCommand('sync', ['-f', begun], { title: `${what}: to the disk` });
    // There is one that was damaged.
    await removeFolder(folder);
    await rename(begun, folder);
  } catch (error) {
    // Before the removal, which makes room again.
    throw await explainFullDisk(cacheTarget(), what, error);
  } finally {
    await removeFolder(begun);
  }
}

/** How many builds go on, and the mask that this process had before the first of them. */
const building = { count: 0, umask: 0 };

/** What is built has the modes of what everybody builds: they are the modes of files in images, for other users. */
async function withUsualUmask<T>(run: () => Promise<T>): Promise<T> {
  // Only there it can be set, and it is the whole process's.
  if (!isMainThread) return await run();
  if (building.count === 0) building.umask = process.umask(0o022);
  building.count += 1;
  try {
    return await run();
  } finally {
    building.count -= 1;
    if (building.count === 0) process.umask(building.umask);
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
export function cacheTarget(): TargetFolder {
  return { called: 'the cache', folder: cacheFolder(), variable: 'XDG_CACHE_HOME' };
}
