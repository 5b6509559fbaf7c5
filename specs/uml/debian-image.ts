import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from '../../helpers/debian/apt/archive.ts';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { packLayer } from '../../helpers/debian/images/pack-layer.ts';
import { writeArchive } from '../../helpers/debian/images/write-archive.ts';

/** The tag of the image. */
export const DEBIAN = 'overlay-e2e/debian:spec';

/** A small Debian: its essential packages, apt, and the C++ library of Node. */
const PACKAGES = `
  base-files base-passwd bash coreutils dash debianutils diffutils dpkg findutils grep gzip hostname
  apt debian-archive-keyring ca-certificates libc-bin libstdc++6 mount ncurses-base netbase perl-base sed tar util-linux
  mawk procps xz-utils curl`
  .trim()
  .split(/\s+/);

/** Returns the archive of an image like `debian:trixie`, made of packages. It uses the mirrors of this host. */
export async function buildDebianImage(): Promise<string> {
  const folder = await cached('spec-images/debian-1', 'image of a Debian', async (into, report) => {
    const root = join(into, 'root');
    await mkdir(root);
    const packages = { suite: 'trixie', packages: PACKAGES, into: root } as const;
    await unpackPackages({ ...packages, withDependencies: 'all', report });
    for (const name of ['passwd', 'group']) {
      await copyFile(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name));
    }
    await copyFile(join(root, 'usr/bin/mawk'), join(root, 'usr/bin/awk'));
    await copySources(root);
    const layer = await packLayer(root, join(into, 'layer.tar'));
    await writeArchive(join(into, 'debian.tar'), { tag: DEBIAN, layers: [layer], config: {} });
    await rm(root, { recursive: true });
    await rm(join(into, 'layer.tar'));
  });
  return join(folder, 'debian.tar');
}

/** Gives the image the names of this host's mirrors. Files of the host it has not. */
async function copySources(root: string): Promise<void> {
  const parts = '/etc/apt/sources.list.d';
  await mkdir(join(root, parts), { recursive: true });
  await copyFile('/etc/apt/sources.list', join(root, 'etc/apt/sources.list')).catch(
    () => undefined,
  );
  const names = await readdir(parts).catch((): string[] => []);
  for (const name of names.filter((one) => one.startsWith('debian.'))) {
    await copyFile(join(parts, name), join(root, parts, name));
  }
}
