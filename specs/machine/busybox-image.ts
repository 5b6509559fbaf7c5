import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from '../../helpers/debian/apt/archive.ts';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { runCommand } from '../../helpers/process/run-command.ts';

/** The default tag of the image in {@link prepareBusyboxImage}'s archive. */
export const BUSYBOX = 'overlay-e2e/busybox:spec';

/**
 * Builds the smallest image with a shell, in the format of `docker save`: Debian's static busybox, 1 MB, with links for
 * all of its commands.
 */
export async function prepareBusyboxImage(tag = BUSYBOX): Promise<string> {
  const key = `spec-images/${tag.replaceAll(/\W/g, '-')}-${process.arch}-3`;
  const folder = await cached(key, 'busybox for specs', (...work) => build(tag, ...work));
  return join(folder, 'busybox.tar');
}

async function build(tag: string, ...[into, report]: Parameters<Parameters<typeof cached>[2]>) {
  const unpacked = join(into, 'unpacked');
  await unpackPackages({ suite: 'trixie', packages: ['busybox-static'], into: unpacked, report });
  const root = join(into, 'root');
  await mkdir(join(root, 'bin'), { recursive: true });
  await copyFile(join(unpacked, 'usr/bin/busybox'), join(root, 'bin/busybox'));
  await chmod(join(root, 'bin/busybox'), 0o755);
  const { stdout: names } = await runCommand(join(root, 'bin/busybox'), ['--list']);
  for (const name of names.trim().split('\n')) {
    if (name !== 'busybox') await symlink('busybox', join(root, 'bin', name));
  }
  await tar(join(into, 'layer.tar'), root, ['bin']);
  const digest = await sha256(join(into, 'layer.tar'));
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '2019-01-01T00:00:00Z',
    config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  await writeFile(join(into, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }];
  await writeFile(join(into, 'manifest.json'), JSON.stringify(manifest));
  const parts = ['manifest.json', 'config.json', 'layer.tar'];
  await tar(join(into, 'busybox.tar'), into, parts);
  await Promise.all(
    ['unpacked', 'root', ...parts].map((name) => rm(join(into, name), { recursive: true })),
  );
}

async function tar(archive: string, folder: string, names: readonly string[]): Promise<void> {
  const plain = ['--owner=0', '--group=0', '--mtime=@0', '--sort=name'];
  await runCommand('tar', [...plain, '-cf', archive, '-C', folder, ...names]);
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
