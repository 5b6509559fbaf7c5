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

/**
 * Returns the folder of downloads and builds, which all state directories share: `$XDG_CACHE_HOME/overlay-e2e` or
 * `~/.cache/overlay-e2e`.
 */
export function cacheFolder(): string {
  const xdg = readVariable('XDG_CACHE_HOME') ?? '';
  // The XDG specification requires that relative paths are ignored.
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'overlay-e2e');
}

/**
 * Returns the folder `<cache>/<key>`, which `make` fills the first time. The folder appears complete or not at all:
 * `make` fills a sibling, which is then renamed. Runs that need the same key wait for the run that builds it. If that
 * run dies, its lock is released, and the next run deletes the unfinished sibling. A damaged folder is built again.
 *
 * @param key a path below the cache; contains the names of all inputs, so that other inputs have another key
 * @param what the name of the content for users: "engine 20.10.5"
 */
export async function cached(
  key: string,
  what: string,
  make: (folder: string, report: ActivityReport) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), key);
  const wasUsed = used.has(folder) && existsSync(folder);
  if (wasUsed || isWhole(folder)) {
    // Also checked if nothing is built: other users can plant files in a cache that they can write to.
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

/** The cache folders that this process has used. */
const used = new Set<string>();

/**
 * Explains a failure of something from the cache: if one of the folders that this process used is damaged, returns an
 * error that names it, otherwise the given error. Reads all of these folders.
 */
export async function explainDamage(error: unknown): Promise<unknown> {
  for (const folder of used) {
    const file = await findDamage(folder, recordOf(folder));
    if (file === undefined) continue;
    return new HarnessError({
      code: 'cache-changed',
      tried: `use the cache ${folder}`,
      observed: `${file} has changed since it was built`,
      hint: `delete it with "rm -r ${folder}"; the next run builds it again`,
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

/**
 * Creates the cache's own folder, accessible only to its owner: root runs programs from it, including setuid programs
 * of old releases.
 */
async function openCache(): Promise<void> {
  const { called, folder, variable } = cacheTarget();
  if (/[:\n]/.test(folder)) {
    throw new HarnessError({
      code: 'folder-unsuitable',
      tried: `use ${called} ${folder}`,
      observed: 'the path contains a colon or a line break, which PATH does not support',
      hint: `set ${variable} to a folder without them`,
    });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  requireOwner(cacheTarget());
  if ((statSync(folder).mode & 0o077) === 0) return;
  await chmod(folder, 0o700).catch((error: unknown) => {
    // A cache that is only read may be on a read-only disk.
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
    // Without this, a power failure may leave the folder with empty files.
    await runCommand('sync', ['-f', begun], { title: `${what}: write to disk` });
    // A damaged one exists.
    await removeFolder(folder);
    await rename(begun, folder);
  } catch (error) {
    // Before the removal, which frees space.
    throw await explainFullDisk(cacheTarget(), what, error);
  } finally {
    await removeFolder(begun);
  }
}

/** The number of running builds, and the umask of this process before the first of them. */
const building = { count: 0, umask: 0 };

/**
 * Sets the usual umask during a build, because the modes of its files become the modes of files in images, for other
 * users.
 */
async function withUsualUmask<T>(run: () => Promise<T>): Promise<T> {
  // Only the main thread can set the umask, which applies to the whole process.
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

/** Called under the lock: the processes that began these folders have ended. */
async function removeBegun(folder: string): Promise<void> {
  const prefix = `${basename(folder)}${BEGUN}`;
  const names = await readdir(dirname(folder));
  const begun = names.filter((name) => name.startsWith(prefix));
  await Promise.all(begun.map((name) => removeFolder(join(dirname(folder), name))));
}

/** Retries the removal: a program that outlived its run may still write there. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Describes the cache as a folder for errors. */
export function cacheTarget(): TargetFolder {
  return { called: 'the cache', folder: cacheFolder(), variable: 'XDG_CACHE_HOME' };
}
