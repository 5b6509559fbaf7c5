import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from '../../debian/apt/archive.ts';
import { cached } from '../../debian/cache/cache.ts';

const KEY = 'uml/network-trixie-x64-1';
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

/**
 * Returns a folder with the program `vde_plug`, which connects a kernel to other networks as an ordinary program of its
 * user. It runs with the C library of its release, so that any release can be the host's.
 */
export async function prepareNetworkProgram(): Promise<string> {
  const root = await cached(KEY, 'network of the virtual computer', async (into, report) => {
    await unpackPackages({
      suite: 'trixie',
      packages: ['vdeplug', 'libvdeplug-slirp'],
      into,
      withDependencies: 'all',
      report,
    });
    await mkdir(join(into, 'programs'));
    const file = join(into, 'programs/vde_plug');
    await writeFile(file, SCRIPT);
    await chmod(file, 0o755);
  });
  return join(root, 'programs');
}

const SCRIPT = `#!/bin/sh
root=\${0%/*}/..
export VDEPLUGIN_PATH="$root/${LIBRARIES}/vdeplug"
exec "$root/${LIBRARIES}/ld-linux-x86-64.so.2" --library-path "$root/${LIBRARIES}:$VDEPLUGIN_PATH" "$root/usr/bin/vde_plug" "$@"
`;
