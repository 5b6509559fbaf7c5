import { readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allSettled } from '../../process/errors/harness-error.ts';
import {
  readHierarchies,
  removeCgroups,
  removeStoreCgroups,
  requireProcesses,
  storeCgroup,
} from '../cgroups/cgroup.ts';
import { runIp } from '../network/ip.ts';
import { isOwnConfig, listMachineNames, readConfig } from './machine-config.ts';
import {
  machineNamespace,
  namespaceFolder,
  namespacePrefix,
  switchNamespace,
  EGRESS,
} from './names.ts';
import { examineStateDirectory, isMarked } from './state-directory.ts';
import { withStoreLock } from './store-lock.ts';
import { earlierIdentity, machineFolder, type Store } from './store.ts';
import { hasRange, hasSwitch, removeSwitch } from '../network/switch.ts';

type Env = Readonly<Record<string, string>>;

/** Kills a machine's processes and removes the machine from the kernel; keeps its folder. */
export async function forceStop(store: Store, name: string, env: Env): Promise<void> {
  // Otherwise, the machine's processes would not be found, and would run on without their files.
  requireProcesses();
  await removeCgroups(store, name);
  const namespace = machineNamespace(store, name);
  if (listNamespaces(store).includes(namespace)) {
    await runIp(`machine ${name}: remove its link`, ['link delete eth1'], { env, namespace }).catch(
      () => undefined,
    );
    await runIp(`machine ${name}: remove its network namespace`, [`netns delete ${namespace}`], {
      env,
    });
  }
}

/**
 * Removes unfinished machines: the remains of interrupted runs, in the kernel and on disk. If no machine is left, it
 * also removes the switch and the certificates, which all machines share.
 *
 * @param prepare returns the environment with the required programs; called only if there is something to clean up
 * @returns the names of the machines that it cleaned up, and "the switch" if a switch without machines was removed
 */
export async function cleanUpStore(store: Store, prepare: () => Promise<Env>): Promise<string[]> {
  // A machine is recorded under the lock: a machine that is not recorded now never will be.
  return await withStoreLock(store, async () => {
    const earlier = isMarked(store.folder) ? [] : await cleanUpEarlier(store, prepare);
    const folders = listMachineNames(store);
    const isOwn = examineStateDirectory(store.folder) === 'own';
    const stay = new Set(folders.filter((name) => whatIs(store, name, isOwn) !== 'unfinished'));
    const cgroups = listCgroups(store);
    const names = new Set([...folders, ...cgroups, ...listMachineNamespaces(store)]);
    // The egress is not a machine: it is removed with the switch.
    const rest = [...names].filter((name) => !stay.has(name) && name !== EGRESS);
    const isEmpty = !folders.some((name) => whatIs(store, name, isOwn) === 'machine');
    const isOurs = isOwn || hasSwitch(store) || cgroups.length > 0;
    const alone =
      isEmpty && isOurs && (hasRange(store) || hasSwitch(store) || cgroups.includes(EGRESS));
    if (rest.length > 0 || alone) {
      const env = await prepare();
      await allSettled(
        `state directory ${store.folder}: clean up`,
        rest.map(async (name) => {
          await forceStop(store, name, env);
          await removeFolder(store, name);
        }),
      );
      if (alone) await removeSwitch(store, env);
    }
    if (isEmpty && isOurs) await removeShared(store);
    if (isOwn && stay.size === 0) {
      await removeOwnFiles(join(store.folder, 'machines'), /^$/);
      await removeOwnFiles(
        join(store.folder, 'certs'),
        /^(?:ca|ca-key|cert|key)\.pem(?:\..*tmp)?$/,
      );
    }
    const swept = [...rest, ...earlier.filter((name) => !stay.has(name))];
    return [...[...new Set(swept)].sort(), ...(alone ? ['the switch'] : [])];
  });
}

/**
 * Removes from the kernel the objects of versions before the marker file, which used other names. Returns the names of
 * the machines.
 */
async function cleanUpEarlier(store: Store, prepare: () => Promise<Env>): Promise<string[]> {
  const earlier = earlierIdentity(store);
  const names = [...new Set([...listCgroups(earlier), ...listMachineNamespaces(earlier)])];
  const machines = names.filter((name) => name !== EGRESS);
  if (names.length === 0 && !listNamespaces(earlier).includes(switchNamespace(earlier))) return [];
  const env = await prepare();
  for (const name of machines) await forceStop(earlier, name, env);
  await removeSwitch(earlier, env);
  await removeStoreCgroups(earlier);
  return machines;
}

/** Removes the switch if the state directory has no machines. */
export async function removeStoreIfEmpty(store: Store, env: Env): Promise<void> {
  if (hasMachines(store)) return;
  await withStoreLock(store, async () => {
    if (hasMachines(store)) return;
    const isOurs = examineStateDirectory(store.folder) === 'own' || hasSwitch(store);
    await removeSwitch(store, env);
    if (isOurs) await removeShared(store);
  });
}

/** Removes everything that all machines share, except the switch. */
async function removeShared(store: Store): Promise<void> {
  await removeStoreCgroups(store);
  await removeOwnFiles(join(store.folder, 'netns'), /^(?:range|egress\.log)(?:\..*tmp)?$/);
}

/**
 * Deletes files of this program from a folder of the state directory, then the folder if it is empty. Keeps all other
 * files.
 */
async function removeOwnFiles(folder: string, own: RegExp): Promise<void> {
  for (const name of readNames(folder)) {
    if (own.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
  await rmdir(folder).catch(() => undefined);
}

/** The files in a machine's folder, and temporary files. */
const ownFiles = /^(?:netns|config\.json|(?:ca|cert|key|server|server-key)\.pem)$|\.tmp$/;

function hasMachines(store: Store): boolean {
  const isOwn = examineStateDirectory(store.folder) === 'own';
  return listMachineNames(store).some((name) => whatIs(store, name, isOwn) !== 'foreign');
}

/** Returns the names of the complete machines of this provider in a state directory. */
export function listOwnMachines(store: Store): string[] {
  return listMachineNames(store).filter((name) => whatIs(store, name, true) === 'machine');
}

/**
 * Classifies a folder in `machines`. A machine's config is written first and atomically, so a folder without one is an
 * unfinished machine. A folder with any other file is foreign: docker-machine may keep virtual machines in the same
 * state directory.
 *
 * @param isOwn true if this program created the state directory; in any other, a folder without a config is foreign
 */
function whatIs(store: Store, name: string, isOwn: boolean): 'machine' | 'unfinished' | 'foreign' {
  try {
    const config = readConfig(store, name);
    if (config !== undefined) return isOwnConfig(config) ? 'machine' : 'foreign';
  } catch {
    // Incomplete, or not a config of this provider: the other files decide.
  }
  const isOurs =
    isOwn && readNames(machineFolder(store, name)).every((file) => ownFiles.test(file));
  return isOurs ? 'unfinished' : 'foreign';
}

/** Deletes a machine's folder. */
export async function removeFolder(store: Store, name: string): Promise<void> {
  await rm(machineFolder(store, name), { recursive: true, force: true });
}

function listNamespaces(store: Store): string[] {
  return readNames(namespaceFolder).filter((name) => name.startsWith(namespacePrefix(store)));
}

function listMachineNamespaces(store: Store): string[] {
  return listNamespaces(store)
    .filter((namespace) => namespace !== switchNamespace(store))
    .map((namespace) => namespace.slice(namespacePrefix(store).length));
}

function listCgroups(store: Store): string[] {
  return readHierarchies().flatMap((hierarchy) => {
    const folder = storeCgroup(hierarchy, store);
    return readNames(folder, true);
  });
}

function readNames(folder: string, foldersOnly = false): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !foldersOnly || entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
