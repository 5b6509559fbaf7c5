import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../../process/run-command.ts';

/** One layer of an image: its files as a tar file. */
export interface Layer {
  readonly file: string;
  /** `sha256:…` of the tar file, as the image's configuration names it. */
  readonly diffId: string;
}

/** Packs all of `root` as the layer `file`. The same files give the same layer, whenever they were written. */
export async function packLayer(root: string, file: string): Promise<Layer> {
  await packTar(root, ['.'], file);
  return { file, diffId: `sha256:${await sha256(file)}` };
}

/** Packs those files of `folder` without what differs from one run to the next: times, and the order on the disk. */
export async function packTar(
  folder: string,
  names: readonly string[],
  file: string,
): Promise<void> {
  const steady = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=gnu'];
  await runCommand('tar', [...steady, '--create', '--file', file, '--directory', folder, ...names]);
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
