import { allSettled } from '../../process/errors/harness-error.ts';
import { prepareOwnImage } from '../../workload/images/own-image.ts';
import type { OwnContainer } from './stages/containers.ts';
import type { Topology } from '../topology.ts';

/** Prepares the images of user-defined containers before any machine is created. */
export async function prepareOwnImages({ containers = [] }: Topology): Promise<OwnContainer[]> {
  // The same packages are one image, for which the second container waits.
  const prepared = containers.map(async (container, at) => ({
    container,
    image: await prepareOwnImage(`containers[${at}].image`, container.image),
  }));
  return await allSettled('containers: prepare their images', prepared);
}
