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

/** Packs all files of `root` into the layer `file`. Equal files give equal layers, independent of their times. */
export async function packLayer(root: string, file: string): Promise<Layer> {
  await packTar(root, ['.'], file);
  return { file, diffId: `sha256:${await sha256(file)}` };
}

/** Packs files of `folder` without properties that differ between runs: times, and the order on disk. */
export async function packTar(
  folder: string,
  names: readonly string[],
  file: string,
): Promise<void> {
  const steady = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=gnu'];
  await runCommand('tar', [...steady, '--create', '--file', file, '--directory', folder, ...names]);
}

/** Returns the SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
