/**
 * `npm run build:image`: archives for `docker load` in `dist-executable/`, or in a folder that an argument names: an image
 * of each executable in that folder, with the C and C++ libraries of Debian. Build the executables first.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ownVersion } from '../helpers/process/own-version.ts';
import { PATH, SUITE } from '../helpers/debian/images/base.ts';
import { preparePart } from '../helpers/debian/images/image-part.ts';
import { installFile, installFolders } from '../helpers/debian/images/install-file.ts';
import { packLayer } from '../helpers/debian/images/pack-layer.ts';
import { writeArchive } from '../helpers/debian/images/write-archive.ts';
import { forProcessor, PROCESSORS } from '../helpers/debian/processor.ts';

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../dist-executable'));
let built = 0;
for (const processor of PROCESSORS) {
  const executable = join(folder, `overlay-e2e-linux-${processor}`);
  if (!existsSync(executable)) continue;
  const archive = join(folder, `overlay-e2e-image-${processor}.tar`);
  await forProcessor(processor, async () => {
    await build(executable, archive);
  });
  console.log(`${relative('', archive)}: ${((await stat(archive)).size / 1e6).toFixed(1)} MB`);
  built += 1;
}
if (built === 0) {
  console.error(`${folder} has no executable. Run "npm run build:executable".`);
  process.exitCode = 1;
}

async function build(executable: string, archive: string): Promise<void> {
  const libraries = await preparePart({
    name: 'libraries-of-executable',
    suite: SUITE,
    packages: ['libc6', 'libgcc-s1', 'libstdc++6'],
    keep: ['usr/lib/*-linux-gnu*/*.so*', 'usr/lib*/ld-linux*'],
    finish: { ingredients: 1, run: finishRoot },
  });
  const work = await mkdtemp(join(folder, '.image-'));
  try {
    const program = join(work, 'program');
    await installFile(executable, join(program, 'usr/local/bin/overlay-e2e'), '0755');
    const layers = [
      await packLayer(libraries.root, join(work, 'libraries.tar')),
      await packLayer(program, join(work, 'program.tar')),
    ];
    await writeArchive(join(work, 'image.tar'), {
      tag: 'overlay-e2e:latest',
      layers,
      config: {
        Entrypoint: ['/usr/local/bin/overlay-e2e'],
        Cmd: ['--help'],
        Env: [`PATH=${PATH}`, 'HOME=/root'],
        WorkingDir: '/root',
        Labels: {
          'org.opencontainers.image.title': 'overlay-e2e',
          'org.opencontainers.image.version': ownVersion(),
        },
      },
    });
    await rm(archive, { force: true });
    await installFile(join(work, 'image.tar'), archive);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function finishRoot(root: string): Promise<void> {
  await installFolders(
    ['dev', 'etc', 'proc', 'root', 'run', 'sys', 'var'].map((one) => join(root, one)),
  );
  await installFolders([join(root, 'tmp')], { mode: '1777' });
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    await installFolders([join(root, 'usr', name)]);
    await symlink(`usr/${name}`, join(root, name));
  }
  await symlink('../run', join(root, 'var/run'));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/sbin/nologin\n');
}
