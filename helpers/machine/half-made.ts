import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// docker-machine itself keeps no note of a creation that was cut short: such a machine looks like any other.
const folderOf = (store: string) => join(store, 'overlay-e2e', 'half-made');

/** Notes that this process is about to make a machine; what is returned strikes the note out. */
export async function noteHalfMade(store: string, name: string): Promise<() => Promise<void>> {
  const folder = folderOf(store);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${process.pid}\n`);
  return async () => await rm(join(folder, name), { force: true });
}

/** The machines that a process was making when it was killed, each with how to strike its note out. */
export async function listHalfMade(
  store: string,
): Promise<{ name: string; strike: () => Promise<void> }[]> {
  const folder = folderOf(store);
  const names = await readdir(folder).catch(() => []);
  const all = names.map(async (name) => {
    const file = join(folder, name);
    const pid = Number(await readFile(file, 'utf8').catch(() => ''));
    return isAlive(pid) ? [] : [{ name, strike: async () => await rm(file, { force: true }) }];
  });
  return (await Promise.all(all)).flat();
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
