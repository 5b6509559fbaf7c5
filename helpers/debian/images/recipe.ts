import { glob, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cached } from '../cache/cache.ts';
import { installFolders } from './install-file.ts';
import { type Owners, packLayer, sha256 } from './pack-layer.ts';
import { digestOf } from './digest-of.ts';
import { type Part } from './image-part.ts';
import type { ImageRoot } from './run-in-root.ts';
import { type ContainerDefaults, writeArchive } from './write-archive.ts';

/** The recipe of an image: parts, and one more layer. */
export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  readonly config: ContainerDefaults;
  readonly parts: () => Promise<ImageParts>;
  /**
   * The paths of all source files that affect the image, including the recipe's own file; a folder means all of its
   * files.
   */
  readonly sources: readonly string[];
  /** Folders of the uppermost layer that belong to another user of the image than root. */
  readonly owners?: Owners;
  /** Writes the files of the uppermost layer. */
  readonly addLayer: (root: ImageRoot, tools: readonly Part[]) => Promise<void>;
}

/** The parts of an image that come from Debian packages. */
export interface ImageParts {
  /** The lower layers of the image, from the bottom up. */
  readonly layers: readonly Part[];
  /** Parts that are only used to create the uppermost layer. */
  readonly tools?: readonly Part[];
}

/** Incremented if the code that all images share changes. */
const FORMAT = 1;

/**
 * Returns the archive of an image in the cache, in the format of `docker save`. Its key contains all inputs, so that
 * equal inputs are built once, and a change builds another image.
 */
export async function buildImage(recipe: ImageRecipe): Promise<string> {
  const { name, tag, config } = recipe;
  const { layers: lower, tools = [] } = await recipe.parts();
  const sources = await digestSources(recipe.sources);
  const digest = digestOf([
    FORMAT,
    tag,
    config,
    [...lower, ...tools].map(({ ingredients }) => ingredients),
    sources,
  ]);
  const archive = `${name}.tar`;
  const folder = await cached(`images/${name}-${digest}`, `image ${name}`, async (into, report) => {
    const work = join(into, 'work');
    const layer = join(work, 'layer');
    await installFolders([layer]);
    const below = lower.map(({ root }) => root);
    await recipe.addLayer({ below, layer, work }, tools);
    report.progress('packing');
    const layers = await Promise.all(
      [...below, layer].map((root, index) => {
        const owners = root === layer ? recipe.owners : undefined;
        return packLayer(root, join(work, `${index}.tar`), owners);
      }),
    );
    await writeArchive(join(into, archive), { tag, layers, config });
    await rm(work, { recursive: true });
  });
  return join(folder, archive);
}

/** Returns the digests of the files, by paths relative to the project. */
async function digestSources(paths: readonly string[]): Promise<string[][]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      const files = (await stat(path)).isFile() ? [path] : await listFiles(path);
      return await Promise.all(
        files.map(async (file) => [relative(join(path, '..'), file), await sha256(file)]),
      );
    }),
  );
  return lists.flat();
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(glob('**', { cwd: folder, withFileTypes: true }));
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}
