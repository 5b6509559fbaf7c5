import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PATH, prepareBase, SUITE } from '../../debian/images/base.ts';
import { installFile, installFolders } from '../../debian/images/install-file.ts';
import { preparePart } from '../../debian/images/image-part.ts';
import type { ImageRecipe } from '../../debian/images/recipe.ts';
import { runInRoot } from '../../debian/images/run-in-root.ts';

const OWN = join(import.meta.dirname, 'mysql');
const SCHEMA = join(import.meta.dirname, '../car-service/schema.sql');
/** The user ID of the server, an account of the base layer. */
const MYSQL = 999;

/** The tutorial's `mysqlserver`: MariaDB with the car service's tables, ready a moment after its start. */
export const mysql: ImageRecipe = {
  name: 'mysql',
  tag: 'docam/mysql-cont:latest',
  config: {
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['mariadbd'],
    Env: [`PATH=${PATH}`, 'LANG=C.UTF-8'],
    ExposedPorts: { '3306/tcp': {} },
  },
  parts: async () => ({ layers: await Promise.all([prepareBase(), prepareMariadb()]) }),
  sources: [import.meta.filename, OWN, SCHEMA],
  owners: { 'var/lib/mysql': MYSQL },
  addLayer: async (root) => {
    const { layer } = root;
    await installFile(join(OWN, 'my.cnf'), join(layer, 'etc/mysql/my.cnf'));
    await installFile(
      join(OWN, 'docker-entrypoint.sh'),
      join(layer, 'usr/local/bin/docker-entrypoint.sh'),
      '0755',
    );
    await installFile(SCHEMA, join(layer, 'usr/local/share/car-service/schema.sql'));
    await installFolders([join(layer, 'var/lib/mysql')]);
    const script = join(OWN, 'initialise.sh');
    await runInRoot(root, ['bash', '-c', await readFile(script, 'utf8')], {
      title: 'data directory of mysql',
    });
  },
};

async function prepareMariadb() {
  return await preparePart({
    name: 'mariadb',
    suite: SUITE,
    packages: [
      'mariadb-server-core',
      'mariadb-client-core',
      'libmariadb3',
      'libaio1t64',
      'libbsd0',
      'libcrypt1',
      'libedit2',
      'libmd0',
      'libncurses6',
      'libnuma1',
      'libpcre2-8-0',
      'libssl3t64',
      'libsystemd0',
      'liburing2',
      'libzstd1',
    ],
    keep: [
      'usr/sbin/{mariadbd,mysqld}',
      'usr/bin/{mariadb,mysql}',
      'usr/lib/*-linux-gnu*/*.so*',
      'usr/share/mariadb/{charsets,english,mariadb_*_tables*.sql}',
    ],
  });
}
