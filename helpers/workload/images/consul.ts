import { join } from 'node:path';
import { PATH, prepareBase } from '../../debian/images/base.ts';
import { installFile } from '../../debian/images/install-file.ts';
import { preparePart } from '../../debian/images/image-part.ts';
import type { ImageRecipe } from '../../debian/images/recipe.ts';

const PORTS = '8300/tcp 8301/tcp 8301/udp 8302/tcp 8302/udp 8500/tcp 8600/tcp 8600/udp'.split(' ');
const ENTRYPOINT = join(import.meta.dirname, 'consul-entrypoint.sh');

/** Consul 1.8.7, with the arguments of the tutorial's `progrium/consul`. */
export const consul: ImageRecipe = {
  name: 'consul',
  tag: 'progrium/consul:latest',
  config: {
    Entrypoint: ['tini', '--', 'consul-entrypoint.sh'],
    Env: [`PATH=${PATH}`],
    ExposedPorts: Object.fromEntries(PORTS.map((port) => [port, {}])),
  },
  parts: async () => {
    const programs = preparePart({
      name: 'consul',
      // Debian's last release with Consul.
      suite: 'bullseye',
      packages: ['consul', 'tini'],
      keep: ['usr/bin/{consul,tini}'],
    });
    return { layers: await Promise.all([prepareBase(), programs]) };
  },
  sources: [import.meta.filename, ENTRYPOINT],
  addLayer: async ({ layer }) => {
    await installFile(ENTRYPOINT, join(layer, 'usr/local/bin/consul-entrypoint.sh'), '0755');
  },
};
