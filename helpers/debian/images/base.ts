import { existsSync } from 'node:fs';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../process/run-command.ts';
import { installFolders } from './install-file.ts';
import { type Part, preparePart } from './image-part.ts';

/** The release of all packages in the images, except Consul. */
export const SUITE = 'trixie';

/** The accounts in the containers. The numbers of mysql are those of Docker's own mysql image. */
const ACCOUNTS = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/bash',
    'mysql:x:999:999:MySQL:/var/lib/mysql:/bin/false',
    'nobody:x:65534:65534:nobody:/nonexistent:/bin/false',
    '',
  ].join('\n'),
  'etc/group': 'root:x:0:\nmysql:x:999:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** The PATH in our containers. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The lowest layer of all our images: the C library, bash, busybox, getent, and a complete ping. An engine with several
 * of the images stores it once.
 */
export async function prepareBase(): Promise<Part> {
  return await preparePart({
    name: 'base',
    suite: SUITE,
    packages: [
      'libc6',
      'libc-bin',
      'libgcc-s1',
      'libstdc++6',
      'zlib1g',
      'bash',
      'libtinfo6',
      'busybox-static',
      'iputils-ping',
      'libcap2',
      'libidn2-0',
      'libunistring5',
    ],
    keep: [
      'usr/bin/{bash,busybox,getent,ping}',
      'usr/lib/locale/C.utf8',
      'etc/gai.conf',
      'usr/lib/*-linux-gnu*/*.so*',
      'usr/lib*/ld-linux*',
    ],
    finish: { ingredients: [ACCOUNTS, 2], run: fillBase },
  });
}

async function fillBase(root: string): Promise<void> {
  const within = (names: readonly string[]) => names.map((name) => join(root, name));
  await installFolders(within(['', 'dev', 'etc', 'proc', 'root', 'run', 'sys', 'usr/local/bin']));
  await installFolders(within(['tmp', 'var/tmp']), { mode: '1777' });
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    await installFolders(within([`usr/${name}`]));
    await symlink(`usr/${name}`, join(root, name));
  }
  for (const [name, text] of Object.entries(ACCOUNTS)) {
    await writeFile(join(root, name), text);
    await chmod(join(root, name), 0o644);
  }
  await linkBusybox(join(root, 'usr/bin'));
}

/** Links all commands of busybox, except existing files: its ping lacks options. */
async function linkBusybox(folder: string): Promise<void> {
  const { stdout } = await runCommand(join(folder, 'busybox'), ['--list']);
  const names = stdout.trim().split('\n');
  const missing = names.filter((name) => !existsSync(join(folder, name)));
  await Promise.all(missing.map((name) => symlink('busybox', join(folder, name))));
}
