import type { Stats } from 'node:fs';
import { lstat, mkdtemp, readdir, rmdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../../process/is-running.ts';

/** The first part of a folder's name. The PID of the relay and random letters follow. */
const PREFIX = 'overlay-e2e-outside-';

/** The name of a relay's socket in its folder. */
export const SOCKET = 'socket';

/** Milliseconds. A younger folder may belong to a process that is just creating it. */
const AGE = 60_000;

/** Creates the folder for the socket of this process, which only this user can open. */
export async function makeRelayFolder(): Promise<string> {
  return await mkdtemp(join(relayParent(), `${PREFIX}${process.pid}-`));
}

/** Removes the folders of killed relays of this user: no process listens on their sockets any more. */
export async function removeStaleRelayFolders(parent = relayParent()): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = new RegExp(`^${PREFIX}([1-9]\\d*)-\\w+$`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // A folder that cannot be removed does not keep a relay from starting. Another relay may be removing it.
    await removeIfStale(join(parent, name)).catch(() => undefined);
  }
}

async function removeIfStale(folder: string): Promise<void> {
  const socket = join(folder, SOCKET);
  if (!isOld(await lstat(folder), 'isDirectory') || !isOld(await lstat(socket), 'isSocket')) return;
  const content = await readdir(folder);
  // The process may have another number where it runs, as in a container that shares this folder.
  if (content.length !== 1 || !(await refuses(socket))) return;
  await unlink(socket);
  await rmdir(folder);
}

function isOld(file: Stats, kind: 'isDirectory' | 'isSocket'): boolean {
  return file[kind]() && file.uid === process.geteuid?.() && Date.now() - file.mtimeMs > AGE;
}

async function refuses(socket: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(false);
    });
    connection.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}

/** The kernel allows 107 bytes for the name of a socket. */
function relayParent(): string {
  return Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp';
}
