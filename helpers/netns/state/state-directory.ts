import { X509Certificate } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import type { TargetFolder } from '../../process/files/target-folder.ts';
import { requireOwner } from '../../process/files/require-owner.ts';

/** Its presence says that overlay-e2e made the state directory; it may be empty. */
const MARKER = '.overlay-e2e';

const explanation = `overlay-e2e keeps the machines of a cluster here; "overlay-e2e down" removes them.\n`;

/** What is in a state directory beside the marker: names of ours, and of docker-machine's own. */
const ownNames =
  /^(?:certs|machines|netns|overlay-e2e|(?:claim|topology|set-up)\.json(?:\.\d+)?(?:\.[\w-]+)?(?:\.tmp)?)$/;

/**
 * What is known about a state directory: `own` was made by this program, `foreign` has content and no sign of it. Only
 * in an own one, whatever has one of our names is ours to delete.
 */
export type StateDirectory = 'absent' | 'empty' | 'own' | 'foreign';

/** Whether a version with markers made it. */
export function isMarked(folder: string): boolean {
  return readNames(folder)?.includes(MARKER) === true;
}

export function examineStateDirectory(folder: string): StateDirectory {
  const names = readNames(folder);
  if (names === undefined) return 'absent';
  if (names.includes(MARKER)) return 'own';
  if (names.length === 0) return 'empty';
  return names.every((name) => ownNames.test(name)) && isOfEarlierVersion(folder)
    ? 'own'
    : 'foreign';
}

/**
 * Makes a state directory and its marker, before anything else is made in it. One that exists has to be empty or marked:
 * "down" will delete what is in it.
 */
export async function takeStateDirectory(folder: string): Promise<void> {
  const found = examineStateDirectory(folder);
  if (found === 'foreign') throw foreign(folder, 'use');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // In an empty one nobody can have left anything: a mode that lets others write is put right below.
  requireOwner(stateTarget(folder), { mayBeWritable: found === 'empty' });
  // Keys are in it, and whoever may open it could hold its lock.
  await chmod(folder, 0o700);
  // What an earlier version left in the kernel is found by the marker's absence.
  const isInUse = ['machines', 'netns'].some((name) => (readNames(join(folder, name)) ?? [])[0]);
  if (found === 'own' && isInUse) return;
  await writeFile(join(folder, MARKER), explanation, { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    },
  );
}

/**
 * The same for a single machine, which may come into a store of docker-machine's with machines of its own: such a folder
 * stays unmarked, and of what is in it only the new machine will be ours.
 */
export async function openStateDirectory(folder: string): Promise<void> {
  if (examineStateDirectory(folder) === 'foreign') requireOwner(stateTarget(folder));
  else await takeStateDirectory(folder);
}

/** A state directory as a place on disk. */
function stateTarget(folder: string): TargetFolder {
  return { called: 'the state directory', folder, variable: 'MACHINE_STORAGE_PATH' };
}

/** The refusal to delete what somebody else made, with the names of what is there. */
export function foreign(folder: string, verb: 'use' | 'clean up'): HarnessError {
  const names = (readNames(folder) ?? []).sort();
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return new HarnessError({
    code: 'folder-unsuitable',
    tried: `${verb} the state directory ${folder}`,
    observed: `overlay-e2e did not create it, and it contains ${shown}${more}`,
    remedy: 'name a new or an empty folder in MACHINE_STORAGE_PATH',
  });
}

/**
 * Removes the marker and the directory, if nothing else is left in it.
 *
 * @returns the names of what stays
 */
export async function leaveStateDirectory(folder: string): Promise<string[]> {
  // Files where our folders should be: nothing of a machine is in those.
  for (const name of ['certs', 'machines', 'netns'].map((one) => join(folder, one))) {
    if (lstatSync(name, { throwIfNoEntry: false })?.isFile()) await rm(name, { force: true });
  }
  const rest = (readNames(folder) ?? []).filter((name) => name !== MARKER);
  if (rest.length > 0) return rest.sort();
  await rm(join(folder, MARKER), { recursive: true, force: true });
  // Another run may have begun in it.
  await rmdir(folder).catch(() => undefined);
  return [];
}

/**
 * Versions before the marker left at least one of these, in a directory that holds nothing but their names; so does
 * netns-machine where it made no machine of ours.
 */
function isOfEarlierVersion(folder: string): boolean {
  const read = (name: string) => readJson(join(folder, name));
  if (earlierClaim.safeParse(read('claim.json')).success) return true;
  if (earlierTopology.safeParse(read('topology.json')).data?.store === folder) return true;
  if (lstatSync(join(folder, 'netns/range'), { throwIfNoEntry: false })?.isFile()) return true;
  if (isOwnAuthority(join(folder, 'certs/ca.pem'))) return true;
  const machines = readNames(join(folder, 'machines')) ?? [];
  return machines.some((name) => {
    const config = read(`machines/${name}/config.json`);
    return earlierConfig.safeParse(config).data?.DriverName === 'netns';
  });
}

function isOwnAuthority(file: string): boolean {
  try {
    return new X509Certificate(readFileSync(file)).subject === 'O=overlay-e2e';
  } catch {
    return false;
  }
}

const earlierClaim = z.object({ pid: z.int(), born: z.string(), doing: z.string() });

const earlierTopology = z.object({ topology: z.string(), provider: z.string(), store: z.string() });

const earlierConfig = z.object({ DriverName: z.string() });

function readJson(file: string): unknown {
  try {
    return parseJson(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** What a folder contains; undefined where there is none. */
function readNames(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return undefined;
    }
    throw error;
  }
}
