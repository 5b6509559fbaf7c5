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
  /** Also all that they depend on. */
  readonly withDependencies?: boolean;
  /** Which of their files are wanted: patterns; a folder means all that is in it. */
  readonly keep: readonly string[];
  /** What else is done with the files before the part is whole. */
  readonly finish?: {
    /** All that decides what it does. */
    readonly ingredients: unknown;
    readonly run: (root: string, work: string) => Promise<void>;
  };
}

/** Files out of Debian packages, in the cache. */
export interface Part {
  /** The folder that is the root of their paths. */
  readonly root: string;
  /** What went in, with the packages' versions: what is built upon the part is named after it. */
  readonly ingredients: unknown;
}

/**
 * The wanted files of those packages. They stay in the cache beside the images made of them, so that a change of
 * anything else, such as the car service's sources, downloads nothing.
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

/** Java's archive of classes holds only while its files keep the times that they had when it was made: none, as in the image. */
async function forgetTimes(root: string): Promise<void> {
  await runCommand('find', [root, '-exec', 'touch', '--no-dereference', '--date=@0', '{}', '+'], {
    title: `no times in ${root}`,
  });
}

const VERSIONS = 'packages';

/** Copies what matches, with its path, owner, links and mode. */
async function copyMatching(from: string, patterns: readonly string[], to: string): Promise<void> {
  const names = await Array.fromAsync(glob([...patterns], { cwd: from }));
  await mkdir(to, { recursive: true });
  await runCommand('cp', ['--archive', '--parents', ...names, to], { cwd: from });
}
