import { truncateSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareTool } from '../../debian/tools.ts';
import { machineDataFolder, type Store } from '../../netns/state/store.ts';
import { runCommand } from '../../process/run-command.ts';

/** Bytes. The file is sparse: it takes the space that the machine writes to. */
const SIZE = 16 * 2 ** 30;

/**
 * Makes a machine's disk, an ext4 image. It holds `docker`, the engine's data root, with the files of
 * {@link seedFolder}; and `root`, all changes of the root file system. The seed folder is removed.
 */
export async function makeDisk(store: Store, name: string): Promise<void> {
  const dataFolder = machineDataFolder(store, name);
  const disk = join(dataFolder, 'disk.ext4');
  const content = join(dataFolder, 'content');
  const { file, env } = await prepareTool('mke2fs', 'e2fsprogs');
  await (await open(disk, 'wx', 0o600)).close();
  truncateSync(disk, SIZE);
  for (const folder of ['docker', 'root/upper', 'root/work', 'mnt']) {
    await mkdir(join(content, folder), {
      recursive: true,
      mode: folder === 'docker' ? 0o710 : 0o755,
    });
  }
  const features = ['-J', 'size=8', '-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'];
  const options = ['-q', '-F', '-t', 'ext4', '-m', '0', ...features, '-d', content];
  await runCommand(file, [...options, disk], { title: `machine ${name}: make its disk`, env });
  await rm(content, { recursive: true });
}

/** The folder whose files become the engine's data root on a machine's new disk. */
export function seedFolder(store: Store, name: string): string {
  return join(machineDataFolder(store, name), 'content', 'docker');
}
