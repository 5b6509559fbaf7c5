import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Suite } from '../apt/apt-sources.ts';
import { unpackPackages } from '../apt/archive.ts';
import { cached } from '../cache/cache.ts';
import { runCommand } from '../../process/run-command.ts';
import { digestOf } from './digest-of.ts';

export interface PartRequest {
  readonly name: string;
  readonly suite: Suite;
  readonly packages: readonly string[];
  /** Includes all dependencies. */
  readonly withDependencies?: boolean;
  /** The files to keep, as patterns; a folder means all of its files. */
  readonly keep: readonly string[];
  /** A further step before the part is complete. */
  readonly finish?: {
    /** All inputs of the step. */
    readonly ingredients: unknown;
    readonly run: (root: string, work: string) => Promise<void>;
  };
}

/** Files of Debian packages, in the cache. */
export interface Part {
  /** The folder that their paths are relative to. */
  readonly root: string;
  /** The inputs, with the packages' versions; they are part of the key of everything built on the part. */
  readonly ingredients: unknown;
}

/**
 * Returns the chosen files of packages. The cache keeps them in addition to the images, so that a change of anything
 * else, such as the sources of the car service, downloads nothing.
 */
export async function preparePart(request: PartRequest): Promise<Part> {
  const { name, suite, packages, keep, finish, withDependencies = false } = request;
  const whole = withDependencies ? ['with dependencies'] : [];
  const digest = digestOf([suite, packages, keep, finish?.ingredients, ...whole]);
  const title = `packages for ${name}`;
  const folder = await cached(`image-parts/${name}-${digest}`, title, async (into, report) => {
    const unpacked = join(into, 'unpacked');
    const root = join(into, 'root');
    const files = await unpackPackages({
      suite,
      packages,
      into: unpacked,
      report,
      ...(withDependencies ? { withDependencies: 'all' } : {}),
    });
    await copyMatching(unpacked, keep, root);
    await finish?.run(root, join(into, 'work'));
    await rm(join(into, 'work'), { recursive: true, force: true });
    await forgetTimes(root);
    await writeFile(join(into, VERSIONS), files.sort((a, b) => (a < b ? -1 : 1)).join('\n'));
    await rm(unpacked, { recursive: true });
  });
  const versions = await readFile(join(folder, VERSIONS), 'utf8');
  return { root: join(folder, 'root'), ingredients: [digest, versions.split('\n')] };
}

/**
 * Sets the times of all files to zero, as in the image: Java's class archive is valid only as long as its files keep
 * the times that they had when it was created.
 */
async function forgetTimes(root: string): Promise<void> {
  await runCommand('find', [root, '-exec', 'touch', '--no-dereference', '--date=@0', '{}', '+'], {
    title: `set the times in ${root}`,
  });
}

const VERSIONS = 'packages';

/** Copies matching files, with their paths, owners, links and modes. */
async function copyMatching(from: string, patterns: readonly string[], to: string): Promise<void> {
  const names = await Array.fromAsync(glob([...patterns], { cwd: from }));
  await mkdir(to, { recursive: true });
  await runCommand('cp', ['--archive', '--parents', ...names, to], { cwd: from });
}
