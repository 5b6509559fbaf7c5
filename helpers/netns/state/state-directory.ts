import { X509Certificate } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import type { TargetFolder } from '../../process/files/target-folder.ts';
import { requireOwner } from '../../process/files/require-owner.ts';

/** An empty file. It marks a state directory that overlay-e2e created. */
const MARKER = '.overlay-e2e';

const explanation = `overlay-e2e keeps the machines of a cluster here; "overlay-e2e down" removes them.\n`;

/** The names in a state directory in addition to the marker: this program's and docker-machine's. */
const ownNames =
  /^(?:certs|faults|machines|netns|overlay-e2e|(?:claim|topology|set-up)\.json(?:\.\d+)?(?:\.[\w-]+)?(?:\.tmp)?)$/;

/**
 * The classification of a state directory. `own`: this program created it, and may delete everything with its names.
 * `foreign`: it contains other files.
 */
export type StateDirectory = 'absent' | 'empty' | 'own' | 'foreign';

/** Returns true if a version with marker files created the state directory. */
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
 * Creates a state directory and its marker before anything else in it. An existing directory must be empty or marked,
 * because "down" deletes its content.
 */
export async function takeStateDirectory(folder: string): Promise<void> {
  const found = examineStateDirectory(folder);
  if (found === 'foreign') throw foreign(folder, 'use');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // An empty directory contains no planted files; the mode that lets others write is fixed below.
  requireOwner(stateTarget(folder), { mayBeWritable: found === 'empty' });
  // It contains keys, and anyone who can open it can hold its lock.
  await chmod(folder, 0o700);
  // Without a marker, `cleanUpStore` also looks for remains of earlier versions in the kernel.
  const isInUse = ['machines', 'netns'].some((name) => (readNames(join(folder, name)) ?? [])[0]);
  if (found === 'own' && isInUse) return;
  await writeFile(join(folder, MARKER), explanation, { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    },
  );
}

/**
 * Prepares a state directory for a single machine. It may be a directory with machines of docker-machine: it stays
 * unmarked then, and only the new machine belongs to this program.
 */
export async function openStateDirectory(folder: string): Promise<void> {
  if (examineStateDirectory(folder) === 'foreign') requireOwner(stateTarget(folder));
  else await takeStateDirectory(folder);
}

/** Describes a state directory as a folder for errors. */
function stateTarget(folder: string): TargetFolder {
  return { called: 'the state directory', folder, variable: 'MACHINE_STORAGE_PATH' };
}

/** Returns the error for a state directory that this program did not create, with the names that it contains. */
export function foreign(folder: string, verb: 'use' | 'clean up'): HarnessError {
  const names = (readNames(folder) ?? []).sort();
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return new HarnessError({
    code: 'folder-unsuitable',
    tried: `${verb} the state directory ${folder}`,
    observed: `overlay-e2e did not create it, and it contains ${shown}${more}`,
    hint: 'set MACHINE_STORAGE_PATH to a new or an empty folder',
  });
}

/**
 * Deletes the marker and the state directory, if it contains nothing else.
 *
 * @returns the names that remain
 */
export async function leaveStateDirectory(folder: string): Promise<string[]> {
  // Plain files with the names of our folders belong to no machine.
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
 * Returns true if a version without markers created the directory: it contains only names of this program, and one of
 * these files. netns-machine also leaves such a directory if none of its machines was created.
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

/** Returns the content of a folder; undefined if it does not exist. */
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
