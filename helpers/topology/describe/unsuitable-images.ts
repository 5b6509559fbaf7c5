import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { prepareOwnImage } from '../../workload/images/own-image.ts';
import type { WrongField } from './wrong-fields.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

const images = z.object({
  containers: z.array(z.object({ image: z.unknown().optional() }).catch({})),
});

/** Finds images of user-defined containers that are neither a tag nor a `docker save` archive. */
export async function findUnsuitableImages(described: unknown): Promise<WrongField[]> {
  const { containers = [] } = images.safeParse(described).data ?? {};
  const found = containers.map(async ({ image }, at): Promise<WrongField[]> => {
    if (typeof image !== 'string' || image === '') return [];
    try {
      await prepareOwnImage('image', image);
      return [];
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      const { observed, hint } = error;
      return [
        {
          path: ['containers', at, 'image'],
          observed,
          ...omitUndefined({ hint }),
        },
      ];
    }
  });
  return (await Promise.all(found)).flat();
}
