import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { existingPart } from '../../process/files/file-system.ts';
import type { TargetFolder } from '../../process/files/target-folder.ts';
import { readVariable } from '../../process/environment.ts';

/** Where the machines of one user, or of one run, have their state. Two stores know nothing of each other. */
export interface Store {
  /** Absolute. Laid out as docker-machine's: `certs/`, `machines/NAME/`; what is only ours is in `netns/`. */
  readonly folder: string;
  /** Twelve hex digits that are in the name of everything that the store has in the kernel. */
  readonly id: string;
}

/** The store in `folder`; in `$MACHINE_STORAGE_PATH`, or else in the user's state folder, when absent. */
export function openStore(folder?: string): Store {
  const chosen =
    folder ||
    readVariable('MACHINE_STORAGE_PATH') ||
    join(readVariable('XDG_STATE_HOME') ?? join(homedir(), '.local/state'), 'overlay-e2e');
  const absolute = resolve(chosen);
  return {
    folder: absolute,
    id: identify(realPath(absolute)),
  };
}

/** What the store of a folder is called in the kernel: containers that share one may have equal paths, not equal roots. */
function identify(path: string): string {
  const { dev, ino } = statSync('/');
  return hash(`${path}\n${dev}:${ino}`).slice(0, 12);
}

/** What versions before the marker called it: the state directories that they made have to be cleaned up, too. */
export function earlierIdentity(store: Store): Store {
  return { ...store, id: hash(realPath(store.folder)).slice(0, 6) };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** However one comes to a folder, by links too, it is the same store. */
function realPath(folder: string): string {
  const there = existingPart(folder);
  return join(realpathSync(there), relative(there, folder));
}

/** The store as a place on disk. */
export function storeTarget(store: Store): TargetFolder {
  return { called: 'the store', folder: store.folder, variable: 'MACHINE_STORAGE_PATH' };
}

/** The machine's folder: config.json, its certificates, and `netns/` with what the machine itself writes. */
export function machineFolder(store: Store, name: string): string {
  return join(store.folder, 'machines', name);
}

/** The folder below a machine's own for its data root, its /etc/docker and its logs. */
export function machineDataFolder(store: Store, name: string): string {
  return join(machineFolder(store, name), 'netns');
}

/** The client's certificates and the authority's, shared by all machines of the store. */
export function certificatesFolder(store: Store): string {
  return join(store.folder, 'certs');
}

/** The log of a machine's engine, on the host. */
export function engineLogFile(store: Store, name: string): string {
  return join(machineDataFolder(store, name), 'docker.log');
}
