import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import type { ImageName } from '../../../workload/images/prepare-images.ts';

/**
 * Returns the archives for the values of `--netns-image`: `docker save` archives, or images of the tutorial by name, which
 * are built if the cache lacks them.
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
      code: 'file-unreadable',
      tried: `image ${given}`,
      observed: 'neither a file nor one of the images that can be built here',
      hint: `name a docker save archive or one of ${known.map(({ tag }) => tag).join(', ')}`,
    });
  }
  const { archive, tag } = await prepareImage(image.name as ImageName);
  if (archive !== undefined) return archive;
  throw new HarnessError({
    code: 'input-invalid',
    tried: `image ${given}`,
    observed: `configured as the tag ${tag}, which is not a file`,
    hint: 'name a docker save archive',
  });
}

function shorten(tag: string): string {
  return tag.replace(/:latest$/, '');
}
