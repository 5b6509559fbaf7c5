import { cp, glob, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActivityReport } from '../../process/activity.ts';
import { unpackPackages } from '../../netns/archive.ts';
import { packLayer } from './pack-layer.ts';
import type { ImageRecipe } from './recipe.ts';
import { type ContainerDefaults, writeArchive } from './write-archive.ts';

const SUITE = 'bullseye';
/** The last release of Debian's with a Consul, and the C library that it was linked with. */
const PACKAGES = ['consul', 'libc6'];

const PORTS = '8300/tcp 8301/tcp 8301/udp 8302/tcp 8302/udp 8500/tcp 8600/tcp 8600/udp'.split(' ');

/** What follows the image's name is added, as with progrium/consul: `-server -bootstrap`. */
const CONFIG: ContainerDefaults = {
  Entrypoint: [
    '/bin/consul',
    'agent',
    '-data-dir=/data',
    '-client=0.0.0.0',
    // One server alone leads within 2 s, and not within 10: nobody else could be leading, nor be slow to answer.
    '-hcl=performance { raft_multiplier = 1 }',
  ],
  Env: ['PATH=/bin'],
  ExposedPorts: Object.fromEntries(PORTS.map((port) => [port, {}])),
};

/** Consul 1.8.7 with nothing beside it, called as the tutorial calls `progrium/consul`. */
export const consul: ImageRecipe = {
  name: 'consul',
  tag: 'progrium/consul:latest',
  ingredients: [SUITE, PACKAGES, CONFIG, 1],
  build: async (archive, work, report) => {
    const root = await takeConsul(work, report);
    const layer = await packLayer(root, join(work, 'layer.tar'));
    await writeArchive(archive, { tag: consul.tag, layers: [layer], config: CONFIG });
  },
};

async function takeConsul(work: string, report: ActivityReport): Promise<string> {
  const unpacked = join(work, 'unpacked');
  await unpackPackages({ suite: SUITE, packages: PACKAGES, into: unpacked, report });
  const root = join(work, 'root');
  await mkdir(join(root, 'tmp'), { recursive: true });
  await cp(join(unpacked, 'usr/bin/consul'), join(root, 'bin/consul'));
  await takeLibraries(unpacked, root);
  await rm(unpacked, { recursive: true });
  return root;
}

/** The loader and the two libraries that the program names, where it looks for them. */
async function takeLibraries(unpacked: string, root: string): Promise<void> {
  const files = await Array.fromAsync(
    glob(['lib/*/ld-*', 'lib/*/libc[.-]*', 'lib/*/libpthread[.-]*', 'lib*/ld-*'], {
      cwd: unpacked,
    }),
  );
  for (const file of files) {
    await cp(join(unpacked, file), join(root, file), { verbatimSymlinks: true });
  }
}
