import { allSettled } from '../../process/errors/harness-error.ts';
import { prepareOwnImage } from '../../workload/images/own-image.ts';
import type { OwnContainer } from './stages/containers.ts';
import type { Topology } from '../topology.ts';

/** The user's own containers with their images, made or looked at before any machine is. */
export async function prepareOwnImages({ containers = [] }: Topology): Promise<OwnContainer[]> {
  // The same packages are one image, for which the second waits.
  const prepared = containers.map(async (container, at) => ({
    container,
    image: await prepareOwnImage(`containers[${at}].image`, container.image),
  }));
  return await allSettled('containers: prepare their images', prepared);
}
