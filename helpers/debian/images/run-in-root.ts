import { mkdtemp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareTools } from '../tools.ts';
import { type CommandResult, runCommand } from '../../process/run-command.ts';
import { PATH } from './base.ts';
import { installFolders } from './install-file.ts';

export interface ImageRoot {
  /** The existing layers, from the bottom up; nothing is written to them. */
  readonly below: readonly string[];
  /** The folder for the new layer's files. */
  readonly layer: string;
  /** A folder for the mount, on the file system of the layer. */
  readonly work: string;
}

// Separate namespaces: the program has no access to the host's processes and network, its mounts end with it, and it
// ends with the process that started it.
const ISOLATED =
  'setpriv --pdeathsig KILL unshare --mount --uts --ipc --net --pid --fork --kill-child --propagation private'.split(
    ' ',
  );

// In a separate folder, with short names for the layers: the kernel allows 255 characters for all of them.
const ENTER = `
below=$1 layer=$2
shift 2
mkdir root overlay
mount -t overlay overlay -o "lowerdir=$below,upperdir=$layer,workdir=overlay" root
mount -t proc proc root/proc
mount -t tmpfs tmpfs root/tmp
mount -t tmpfs tmpfs root/run
mount --rbind /dev root/dev
exec chroot root "$@"
`;

/**
 * Runs a program in the file system of a future image. Its environment contains only PATH, its network only a loopback
 * that is down. /tmp and /run are temporary.
 */
export async function runInRoot(
  { below, layer, work }: ImageRoot,
  argv: readonly [string, ...string[]],
  options: { readonly title: string; readonly input?: string },
): Promise<CommandResult> {
  const { env } = await prepareTools();
  await installFolders([work, layer]);
  const own = await mkdtemp(join(work, 'run-'));
  const names = below.map((_, index) => `below-${index}`);
  await Promise.all(below.map((folder, index) => symlink(folder, join(own, `below-${index}`))));
  const [file = '', ...isolated] = ISOLATED;
  const enter = ['sh', '-euc', ENTER, 'sh', names.toReversed().join(':'), layer];
  return await runCommand(
    file,
    [...isolated, ...enter, '/usr/bin/env', '-i', `PATH=${PATH}`, ...argv],
    { ...options, env, cwd: own, limit: 300_000 },
  );
}
