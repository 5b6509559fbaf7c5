import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../../netns/cache.ts';
import type { ActivityReport } from '../../process/activity.ts';

/** How an image is made. */
export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  /** All that decides what comes out, as JSON can say it. The image is named after it: the same is built once. */
  readonly ingredients: unknown;
  /**
   * Writes the image as `archive`.
   *
   * @param work an empty folder that is removed afterwards
   */
  readonly build: (archive: string, work: string, report: ActivityReport) => Promise<void>;
}

/** The archive of that image in the cache, as `docker save` would write it; built when it is not there yet. */
export async function buildImage(recipe: ImageRecipe): Promise<string> {
  const { name, ingredients, build } = recipe;
  const inputs = JSON.stringify([process.arch, ingredients]);
  const mark = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const folder = await cached(`images/${name}-${mark}`, `image ${name}`, async (into, report) => {
    const work = join(into, 'work');
    await mkdir(work);
    await build(join(into, `${name}.tar`), work, report);
    await rm(work, { recursive: true });
  });
  return join(folder, `${name}.tar`);
}
