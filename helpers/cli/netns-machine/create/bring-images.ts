import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import type { ImageName } from '../../../workload/images/prepare-images.ts';

/**
 * The archives behind what `--netns-image` was given: files of `docker save`, or the tutorial's own names of images,
 * which are built when the cache does not have them.
 */
export async function bringImages(given: readonly string[]): Promise<string[]> {
  return await Promise.all(given.map(bringImage));
}

async function bringImage(given: string): Promise<string> {
  const file = resolve(given);
  if (existsSync(file)) return file;
  const { IMAGE_TAGS, prepareImage } = await import('../../../workload/images/prepare-images.ts');
  const known = Object.entries(IMAGE_TAGS).map(([name, tag]) => ({ name, tag: shorten(tag) }));
  const image = known.find(({ tag }) => tag === shorten(given));
  if (image === undefined) {
    throw new HarnessError({
      tried: `image ${given}`,
      observed: 'there is no such file, and it is none of the images that are built here',
      remedy: `give the path of a file that docker save wrote, or one of ${known.map(({ tag }) => tag).join(', ')}`,
    });
  }
  const { archive, tag } = await prepareImage(image.name as ImageName);
  if (archive !== undefined) return archive;
  throw new HarnessError({
    tried: `image ${given}`,
    observed: `it was decided to be ${tag}, which is pulled and no file`,
    remedy: 'name a file that docker save wrote',
  });
}

function shorten(tag: string): string {
  return tag.replace(/:latest$/, '');
}
