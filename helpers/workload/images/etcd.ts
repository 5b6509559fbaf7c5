import { join } from 'node:path';
import { PATH, prepareBase } from '../../debian/images/base.ts';
import { installFolders } from '../../debian/images/install-file.ts';
import { preparePart } from '../../debian/images/image-part.ts';
import type { ImageRecipe } from '../../debian/images/recipe.ts';

const DATA = 'var/lib/etcd';

/** etcd 3.3, the last version that enables the API of the engines, v2, by default. */
export const etcd: ImageRecipe = {
  name: 'etcd',
  tag: 'overlay-e2e/etcd:latest',
  config: {
    Cmd: ['etcd'],
    Env: [
      `PATH=${PATH}`,
      `ETCD_DATA_DIR=/${DATA}`,
      // etcd refuses to start on an unsupported architecture unless this variable names it.
      ...(process.arch === 'x64' ? [] : [`ETCD_UNSUPPORTED_ARCH=${process.arch}`]),
    ],
    ExposedPorts: { '2379/tcp': {}, '2380/tcp': {} },
  },
  parts: async () => {
    const program = preparePart({
      name: 'etcd',
      suite: 'bullseye',
      packages: ['etcd-server'],
      keep: ['usr/bin/etcd'],
    });
    return { layers: await Promise.all([prepareBase(), program]) };
  },
  sources: [import.meta.filename],
  addLayer: async ({ layer }) => {
    await installFolders([join(layer, DATA)]);
  },
};
