import { readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allSettled } from '../process/harness-error.ts';
import { removeCgroups, removeStoreCgroups, readHierarchies, storeCgroup } from './cgroup.ts';
import { runIp } from './ip.ts';
import { listMachineNames } from './machine-config.ts';
import { machineNamespace, namespaceFolder, namespacePrefix, switchNamespace } from './names.ts';
import { withStoreLock } from './store-lock.ts';
import { machineFolder, type Store } from './store.ts';
import { removeSwitch } from './switch.ts';

type Env = Readonly<Record<string, string>>;

/** Takes the power of a machine away and leaves nothing of it in the kernel; its folder stays. */
export async function cutPower(store: Store, name: string, env: Env): Promise<void> {
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

/** Takes down all that the store has in the kernel, also what a killed run left half-made. */
export async function sweepStore(store: Store, env: Env): Promise<void> {
  const prefix = namespacePrefix(store);
  const names = new Set([
    ...listMachineNames(store),
    ...listCgroups(store),
    ...listNamespaces(store)
      .filter((namespace) => namespace !== switchNamespace(store))
      .map((namespace) => namespace.slice(prefix.length)),
  ]);
  await allSettled(
    `store ${store.folder}: sweep`,
    [...names].map((name) => cutPower(store, name, env)),
  );
  await removeSwitch(store, env);
  await removeStoreCgroups(store);
}

/** Takes down all of the store, and removes what it has on disk. */
export async function removeStore(store: Store, env: Env): Promise<void> {
  await sweepStore(store, env);
  await allSettled(
    `store ${store.folder}: remove`,
    ['machines', 'certs', 'netns'].map((folder) =>
      rm(join(store.folder, folder), { recursive: true, force: true }),
    ),
  );
  await rmdir(store.folder).catch(() => undefined);
}

/** Takes the switch down when the store has no machine any more. */
export async function removeStoreIfEmpty(store: Store, env: Env): Promise<void> {
  if (listMachineNames(store).length > 0) return;
  await withStoreLock(store, async () => {
    if (listMachineNames(store).length > 0) return;
    await removeSwitch(store, env);
    await removeStoreCgroups(store);
    await rm(join(store.folder, 'netns'), { recursive: true, force: true });
  });
}

/** Removes a machine's folder. */
export async function removeFolder(store: Store, name: string): Promise<void> {
  await rm(machineFolder(store, name), { recursive: true, force: true });
}

function listNamespaces(store: Store): string[] {
  return readNames(namespaceFolder).filter((name) => name.startsWith(namespacePrefix(store)));
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
