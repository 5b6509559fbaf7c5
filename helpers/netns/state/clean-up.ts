import { readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allSettled } from '../../process/errors/harness-error.ts';
import {
  mainHierarchy,
  readHierarchies,
  removeCgroups,
  removeStoreCgroups,
  storeCgroup,
} from '../cgroups/cgroup.ts';
import { runIp } from '../network/ip.ts';
import { listMachineNames, readConfig } from './machine-config.ts';
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

/** Takes the power of a machine away and leaves nothing of it in the kernel; its folder stays. */
export async function forceStop(store: Store, name: string, env: Env): Promise<void> {
  // Where no cgroup is mounted, a machine's processes would be missed, and run on without their files.
  mainHierarchy();
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
 * Removes what is of no whole machine: what a run that was killed left half-made or half-removed, in the kernel and on
 * disk. Where no machine is left, what all of them share goes with it: switch, certificates. Gives what was swept: names
 * of machines, and «the switch» when there was one without a machine.
 *
 * @param prepare brings the programs that it takes, when there is something to clean up
 */
export async function cleanUpStore(store: Store, prepare: () => Promise<Env>): Promise<string[]> {
  // Whoever makes a machine notes it under the lock: what is not noted by now never will be.
  return await withStoreLock(store, async () => {
    const earlier = isMarked(store.folder) ? [] : await cleanUpEarlier(store, prepare);
    const folders = listMachineNames(store);
    const isOwn = examineStateDirectory(store.folder) === 'own';
    const stay = new Set(folders.filter((name) => whatIs(store, name, isOwn) !== 'unfinished'));
    const cgroups = listCgroups(store);
    const names = new Set([...folders, ...cgroups, ...listMachineNamespaces(store)]);
    // The way out is no machine: it goes with the switch.
    const rest = [...names].filter((name) => !stay.has(name) && name !== EGRESS);
    const isEmpty = !folders.some((name) => whatIs(store, name, isOwn) === 'machine');
    const isOurs = isOwn || hasSwitch(store) || cgroups.length > 0;
    const alone =
      isEmpty && isOurs && (hasRange(store) || hasSwitch(store) || cgroups.includes(EGRESS));
    if (rest.length > 0 || alone) {
      const env = await prepare();
      await allSettled(
        `store ${store.folder}: clean up`,
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
 * Removes from the kernel what a version before the marker made: it had other names there, by which no machine of this
 * version would be found. Gives the names of the machines.
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

/** Takes the switch down when the store has no machine any more. */
export async function removeStoreIfEmpty(store: Store, env: Env): Promise<void> {
  if (hasMachines(store)) return;
  await withStoreLock(store, async () => {
    if (hasMachines(store)) return;
    const isOurs = examineStateDirectory(store.folder) === 'own' || hasSwitch(store);
    await removeSwitch(store, env);
    if (isOurs) await removeShared(store);
  });
}

/** What all machines share besides the switch. */
async function removeShared(store: Store): Promise<void> {
  await removeStoreCgroups(store);
  await removeOwnFiles(join(store.folder, 'netns'), /^(?:range|egress\.log)(?:\..*tmp)?$/);
}

/**
 * Removes the files with our names from a folder of the store, then the folder if it is empty: whatever else somebody
 * keeps there stays.
 */
async function removeOwnFiles(folder: string, own: RegExp): Promise<void> {
  for (const name of readNames(folder)) {
    if (own.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
  await rmdir(folder).catch(() => undefined);
}

/** What a machine of this provider has in its folder, but for what is being written. */
const ownFiles = /^(?:netns|config\.json|(?:ca|cert|key|server|server-key)\.pem)$|\.tmp$/;

function hasMachines(store: Store): boolean {
  const isOwn = examineStateDirectory(store.folder) === 'own';
  return listMachineNames(store).some((name) => whatIs(store, name, isOwn) !== 'foreign');
}

/** The names of all whole machines of this provider in a store. */
export function listOwnMachines(store: Store): string[] {
  return listMachineNames(store).filter((name) => whatIs(store, name, true) === 'machine');
}

/**
 * What a folder of the store is. A machine's config is written first and whole, so without one it is the rest of a
 * machine; unless it holds what never is in one of ours: docker-machine may keep virtual machines in the same store.
 *
 * @param isOwn whether the store is known to be ours: elsewhere only a config is a proof
 */
function whatIs(store: Store, name: string, isOwn: boolean): 'machine' | 'unfinished' | 'foreign' {
  try {
    const config = readConfig(store, name);
    if (config !== undefined) return config.DriverName === 'netns' ? 'machine' : 'foreign';
  } catch {
    // Cut off, or not a config of ours: what lies beside it tells.
  }
  const isOurs =
    isOwn && readNames(machineFolder(store, name)).every((file) => ownFiles.test(file));
  return isOurs ? 'unfinished' : 'foreign';
}

/** Removes a machine's folder. */
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
