import { existsSync, readdirSync } from 'node:fs';
import { lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The folder of library links in an unpacked root: one subfolder for each library, and one with all of them. */
const LINKS = 'libraries';
const ALL = 'libraries/all';

/** Links the shared libraries of an unpacked root by the names that programs load, for {@link missingLibraries}. */
export async function linkLibraries(root: string): Promise<void> {
  await mkdir(join(root, ALL), { recursive: true });
  for (const folder of libraryFolders(root)) {
    for (const name of await listLibraries(join(root, folder))) {
      if (existsSync(join(root, ALL, name))) continue;
      await mkdir(join(root, LINKS, name));
      const target = join('../..', folder, name);
      await symlink(target, join(root, LINKS, name, name));
      await symlink(target, join(root, ALL, name));
    }
  }
}

/**
 * Returns the folders for LD_LIBRARY_PATH, so that programs of this root find the libraries that the host lacks. It
 * contains only missing libraries: the variable also applies to the host's own programs, which must load the libraries
 * that they were linked with.
 */
export function missingLibraries(root: string): string[] {
  const all = join(root, ALL);
  const names = existsSync(all) ? readdirSync(all) : [];
  const host = [...libraryFolders('/').map((folder) => join('/', folder)), '/lib64', '/usr/lib64'];
  const missing = names.filter((name) => !host.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0 && missing.length === names.length) return [all];
  return missing.map((name) => join(root, LINKS, name));
}

/** Returns `usr/lib/<triplet>` and `lib/<triplet>` for this host's triplet. Packages use either. */
export function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((base) => {
    const names = existsSync(join(root, base)) ? readdirSync(join(root, base)) : [];
    const own = names.filter((name) => name.startsWith(`${MACHINES[process.arch]}-linux-gnu`));
    return own.map((name) => join(base, name));
  });
}

/** The first part of the triplet in Debian's library folders, by the names of processors in Node. */
const MACHINES: Readonly<Record<string, string>> = {
  arm: 'arm',
  arm64: 'aarch64',
  loong64: 'loongarch64',
  ppc64: 'powerpc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x86_64',
};

/** Returns `libx.so.1` instead of its target `libx.so.1.2.3`. */
async function listLibraries(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.so\.\d/.test(name));
  const targets = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return (await lstat(file)).isSymbolicLink() ? basename(await readlink(file)) : '';
    }),
  );
  return names.filter((name) => !targets.includes(name));
}
