import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../../process/run-command.ts';

/** One layer of an image: its files in a tar file. */
export interface Layer {
  readonly file: string;
  /** The SHA-256 of the tar file, `sha256:…`, as in the image's configuration. */
  readonly diffId: string;
}

/** Folders of a layer that belong to another user than root, by their paths: `var/lib/mysql`. */
export type Owners = Readonly<Record<string, number>>;

/**
 * Packs all files of `root` into the layer `file`. Equal files give equal layers, independent of their times, and of the
 * user who packs them: without root, files here cannot have other owners.
 */
export async function packLayer(root: string, file: string, owners: Owners = {}): Promise<Layer> {
  const folders = Object.keys(owners).map((path) => `./${path}`);
  await packTar(root, ['--anchored', ...folders.map((one) => `--exclude=${one}`), '.'], file);
  for (const [path, owner] of Object.entries(owners)) {
    await packTar(root, [`./${path}`], file, { verb: '--append', owner });
  }
  return { file, diffId: `sha256:${await sha256(file)}` };
}

/** Packs files of `folder` without properties that differ between runs: times, and the order on disk. */
export async function packTar(
  folder: string,
  names: readonly string[],
  file: string,
  { verb = '--create', owner = 0 } = {},
): Promise<void> {
  const steady = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=gnu'];
  const owned = [`--owner=${owner}`, `--group=${owner}`];
  await runCommand('tar', [
    ...steady,
    ...owned,
    verb,
    '--file',
    file,
    '--directory',
    folder,
    ...names,
  ]);
}

/** Returns the SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
