import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareTools } from '../../netns/tools.ts';
import { type CommandResult, runCommand } from '../../process/run-command.ts';
import { PATH } from './base.ts';

export interface ImageRoot {
  /** The files that are there already, the lowest first; nothing is written to them. */
  readonly below: readonly string[];
  /** Where what is written goes: the files of the layer. */
  readonly layer: string;
  /** A folder for the mount, on the layer's own file system. */
  readonly work: string;
}

// Namespaces of their own: what runs sees neither the machine's processes nor any network, its mounts go when it ends,
// and it ends with whoever started it, however that ends.
const ISOLATED =
  'setpriv --pdeathsig KILL unshare --mount --uts --ipc --net --pid --fork --kill-child --propagation private'.split(
    ' ',
  );

const ENTER = `
root=$1 work=$2 layer=$3 below=$4
shift 4
mount -t overlay overlay -o "lowerdir=$below,upperdir=$layer,workdir=$work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
mount --rbind /dev "$root/dev"
exec chroot "$root" "$@"
`;

/**
 * Runs a program in the file system that an image will have. It gets an environment with nothing but PATH, and no
 * network but a loopback that is down; /tmp and /run are its own, and gone afterwards.
 */
export async function runInRoot(
  { below, layer, work }: ImageRoot,
  argv: readonly [string, ...string[]],
  options: { readonly title: string; readonly input?: string },
): Promise<CommandResult> {
  const { env } = await prepareTools();
  const root = join(work, 'root');
  const overlay = join(work, 'overlay');
  await Promise.all([root, overlay, layer].map((folder) => mkdir(folder, { recursive: true })));
  const [file = '', ...isolated] = ISOLATED;
  const enter = ['sh', '-euc', ENTER, 'sh', root, overlay, layer, below.toReversed().join(':')];
  return await runCommand(
    file,
    [...isolated, ...enter, '/usr/bin/env', '-i', `PATH=${PATH}`, ...argv],
    { ...options, env, limit: 300_000 },
  );
}
