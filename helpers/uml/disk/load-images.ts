import { constants, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { activity } from '../../process/activity.ts';
import { machineDataFolder, type Store } from '../../netns/state/store.ts';

/**
 * Has a machine's own engine unpack image archives. Without root, only a machine's kernel can give the files of an image
 * the owners that they have in the archive.
 *
 * @param run runs a program inside of the machine
 */
export async function loadImages(
  store: Store,
  name: string,
  archives: readonly string[],
  run: (argv: readonly [string, ...string[]], title: string) => Promise<unknown>,
): Promise<void> {
  if (archives.length === 0) return;
  await activity('step', `machine ${name}: images`, async () => {
    // The machine sees its own folder, and no file elsewhere.
    const folder = join(machineDataFolder(store, name), 'archives');
    try {
      await mkdir(folder, { mode: 0o700 });
      for (const [index, archive] of archives.entries()) {
        const file = `${index}.tar`;
        await copyFile(archive, join(folder, file), constants.COPYFILE_FICLONE);
        const inside = `/machine/archives/${file}`;
        await run(['docker', 'load', '--quiet', '--input', inside], `${name}: load ${archive}`);
        await rm(join(folder, file));
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
