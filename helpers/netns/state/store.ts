import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { existingPart } from '../../process/files/file-system.ts';
import type { TargetFolder } from '../../process/files/target-folder.ts';
import { readVariable } from '../../process/environment.ts';

/** A state directory: the state of the machines of one user or one run. Two state directories are independent. */
export interface Store {
  /**
   * Absolute path, in docker-machine's layout: `certs/`, `machines/NAME/`. Files of this provider only are in `netns/`.
   */
  readonly folder: string;
  /** Twelve hexadecimal digits in the name of every kernel object of the state directory. */
  readonly id: string;
}

/**
 * Returns the state directory `folder`. Default: `$MACHINE_STORAGE_PATH`, or else a folder in the user's state folder.
 */
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

/**
 * Returns the state directory's ID. It depends on the file system, not only on the path: containers can share a kernel
 * and have equal paths on different roots.
 */
function identify(path: string): string {
  const { dev, ino } = statSync('/');
  return hash(`${path}\n${dev}:${ino}`).slice(0, 12);
}

/** Returns the state directory with the ID that versions before the marker computed, to clean up after those. */
export function earlierIdentity(store: Store): Store {
  return { ...store, id: hash(realPath(store.folder)).slice(0, 6) };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Resolves symbolic links: a folder has the same ID on every path to it. */
function realPath(folder: string): string {
  const there = existingPart(folder);
  return join(realpathSync(there), relative(there, folder));
}

/** Describes the state directory as a folder for errors. */
export function storeTarget(store: Store): TargetFolder {
  return { called: 'the state directory', folder: store.folder, variable: 'MACHINE_STORAGE_PATH' };
}

/**
 * Returns a machine's folder: config.json, its certificates, and `netns/` with the files that the machine itself
 * writes.
 */
export function machineFolder(store: Store, name: string): string {
  return join(store.folder, 'machines', name);
}

/** Returns the subfolder of a machine's folder for its data root, its /etc/docker and its logs. */
export function machineDataFolder(store: Store, name: string): string {
  return join(machineFolder(store, name), 'netns');
}

/**
 * Returns the folder of the client's and the authority's certificates, which all machines of a state directory share.
 */
export function certificatesFolder(store: Store): string {
  return join(store.folder, 'certs');
}

/** Returns the log file of a machine's engine, on the host. */
export function engineLogFile(store: Store, name: string): string {
  return join(machineDataFolder(store, name), 'docker.log');
}
