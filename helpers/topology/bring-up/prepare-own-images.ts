import type { MachineProvider } from '../../machine/machine.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { prepareOwnImage } from '../../workload/images/own-image.ts';
import { type PreparedImage, prepareImage } from '../../workload/images/prepare-images.ts';
import type { OwnContainer } from './stages/containers.ts';
import type { OwnService } from './stages/services.ts';
import type { Topology, TopologyService } from '../topology.ts';

/** The user-defined containers and services of a topology, with their images. */
export interface OwnWorkload {
  readonly containers: readonly OwnContainer[];
  readonly services: readonly OwnService[];
}

export const noOwnWorkload: OwnWorkload = { containers: [], services: [] };

/** Prepares the images of user-defined containers and services before any machine is created. */
export async function prepareOwnImages(
  { containers = [], services = [] }: Topology,
  provider: Pick<MachineProvider, 'pullsImages'>,
): Promise<OwnWorkload> {
  // The same packages are one image, for which the second container waits.
  return {
    containers: await allSettled(
      'containers: prepare their images',
      containers.map(async (container, at) => ({
        container,
        image: await prepareOwnImage(`containers[${at}].image`, container.image),
      })),
    ),
    services: await allSettled(
      'services: prepare their images',
      services.map(async (service, at) => ({
        service,
        image: await prepareServiceImage(service, `services[${at}].image`, provider),
      })),
    ),
  };
}

async function prepareServiceImage(
  { name, image, recipe }: TopologyService,
  field: string,
  { pullsImages }: Pick<MachineProvider, 'pullsImages'>,
): Promise<PreparedImage> {
  if (recipe !== undefined) return await prepareImage(recipe, pullsImages ? 'pull' : 'build');
  if (image === undefined) throw new Error(`service ${name}: no image`);
  return await prepareOwnImage(field, image);
}
