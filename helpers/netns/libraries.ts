import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../process/run-command.ts';
import { cleanEnvironment } from './apt.ts';

/** The folder below an unpacked root that {@link linkMissingLibraries} fills. */
export const LIBRARIES = 'lib-missing';

/**
 * Links those shared libraries of an unpacked root that this machine's loader does not know by name into one folder,
 * for LD_LIBRARY_PATH. Only those: the variable also reaches the machine's own programs, which must keep the
 * libraries that they were linked with.
 */
export async function linkMissingLibraries(root: string): Promise<void> {
  const { stdout } = await runCommand('/sbin/ldconfig', ['-p'], { env: cleanEnvironment() });
  const known = new Set([...stdout.matchAll(/^\s+(\S+) \(/gm)].map(([, name]) => name));
  const into = join(root, LIBRARIES);
  await mkdir(into, { recursive: true });
  for (const folder of await libraryFolders(root)) {
    const names = await readdir(join(root, folder));
    for (const name of names.filter((one) => /\.so\.\d/.test(one) && !known.has(one))) {
      if (existsSync(join(into, name))) continue;
      await symlink(join('..', folder, name), join(into, name));
    }
  }
}

/** `usr/lib/<triplet>` and `lib/<triplet>`: which of them a package uses differs between releases. */
async function libraryFolders(root: string): Promise<string[]> {
  const folders = await Promise.all(
    ['usr/lib', 'lib'].map(async (base) => {
      const names = await readdir(join(root, base)).catch(() => []);
      return names.filter((name) => name.includes('-linux-gnu')).map((name) => join(base, name));
    }),
  );
  return folders.flat();
}
