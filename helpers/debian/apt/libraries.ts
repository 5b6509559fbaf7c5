import { existsSync, readdirSync } from 'node:fs';
import { lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Below an unpacked root: one folder for each library, with nothing else in it, and one with them all. */
const LINKS = 'libraries';
const ALL = 'libraries/all';

/**
 * Links the shared libraries of an unpacked root, by the names that programs look for, for {@link missingLibraries} to
 * choose from.
 */
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
 * What LD_LIBRARY_PATH must hold so that programs of this root find the libraries that the machine lacks. Only those:
 * the variable also reaches the machine's own programs, which must keep the libraries that they were linked with.
 */
export function missingLibraries(root: string): string[] {
  const all = join(root, ALL);
  const names = existsSync(all) ? readdirSync(all) : [];
  const host = [...libraryFolders('/').map((folder) => join('/', folder)), '/lib64', '/usr/lib64'];
  const missing = names.filter((name) => !host.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0 && missing.length === names.length) return [all];
  return missing.map((name) => join(root, LINKS, name));
}

/** `usr/lib/<triplet>` and `lib/<triplet>`, for this machine's triplet: packages use the one or the other. */
export function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((base) => {
    const names = existsSync(join(root, base)) ? readdirSync(join(root, base)) : [];
    const own = names.filter((name) => name.startsWith(`${MACHINES[process.arch]}-linux-gnu`));
    return own.map((name) => join(base, name));
  });
}

/** The first part of Debian's names for the folders of libraries, by Node's names for processors. */
const MACHINES: Readonly<Record<string, string>> = {
  arm: 'arm',
  arm64: 'aarch64',
  loong64: 'loongarch64',
  ppc64: 'powerpc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x86_64',
};

/** `libx.so.1` rather than the `libx.so.1.2.3` that it points to. */
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
