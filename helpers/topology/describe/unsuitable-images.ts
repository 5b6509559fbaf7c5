import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { prepareOwnImage } from '../../workload/images/own-image.ts';
import type { WrongField } from './wrong-fields.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

const list = z.array(z.object({ image: z.unknown().optional() }).catch({})).catch([]);

const images = z.object({ containers: list, services: list });

/** Finds images of user-defined containers and services that are neither a tag nor a `docker save` archive. */
export async function findUnsuitableImages(described: unknown): Promise<WrongField[]> {
  const { data } = images.safeParse(described);
  const found = Object.entries(data ?? {}).flatMap(([field, all]) =>
    all.map(async ({ image }, at) => await examineImage([field, at, 'image'], image)),
  );
  return (await Promise.all(found)).flat();
}

async function examineImage(path: WrongField['path'], image: unknown): Promise<WrongField[]> {
  if (typeof image !== 'string' || image === '') return [];
  try {
    await prepareOwnImage('image', image);
    return [];
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const { observed, hint } = error;
    return [{ path, observed, ...omitUndefined({ hint }) }];
  }
}
