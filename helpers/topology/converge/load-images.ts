import { connectEngine, type Engine } from '../../docker/engine.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import type { PreparedImage } from '../../workload/images/prepare-images.ts';
import { provideImage } from '../../workload/provide-image.ts';
import { membersOf } from '../topology.ts';
import { type Convergence, newOf } from './convergence.ts';

/** Gives the running machines the images of new containers and services, before anything is changed. */
export async function loadImages(convergence: Convergence): Promise<void> {
  const { topology, own, images, provider, signal } = convergence;
  const containers = newOf(convergence, 'container');
  const services = newOf(convergence, 'service');
  const { workload } = topology;
  const cars =
    workload === undefined
      ? []
      : [
          { ...workload.application, image: images.tomcat },
          { ...workload.database, image: images.mysql },
        ].filter(({ container }) => containers.includes(container));
  const placed = [
    ...(await Promise.all(
      cars.map(async ({ machine, ...one }) => ({ machine, image: await one.image })),
    )),
    ...own.containers
      .filter(({ container }) => containers.includes(container.name))
      .map(({ container: { machine }, image }) => ({ machine, image })),
    ...own.services
      .filter(({ service }) => services.includes(service.name))
      .flatMap(({ image }) => membersOf(topology).map(({ name }) => ({ machine: name, image }))),
  ];
  const later = newOf(convergence, 'machine');
  const machines = await provider.list();
  await allSettled(
    'load images',
    machines
      .filter(({ name }) => !later.includes(name))
      .map(async (machine) => {
        using engine = connectEngine(machine);
        const its = placed.filter((one) => one.machine === machine.name).map(({ image }) => image);
        const unique = its.filter(
          ({ tag }, at) => its.findIndex((other) => other.tag === tag) === at,
        );
        await onMachine(machine.name, async () => {
          for (const image of unique) await loadImage(engine, image, signal);
        });
      }),
  );
}

async function loadImage(engine: Engine, image: PreparedImage, signal: AbortSignal): Promise<void> {
  const { tag, archive } = image;
  if (archive === undefined) {
    const hint = 'check that the machine reaches the registry, or use a docker save archive';
    await provideImage(engine, image, { signal, hint });
    return;
  }
  // The tag of an image of packages contains their digest. Other archives may have changed.
  if (tag.startsWith('overlay-e2e/') && (await engine.images.has(tag, { signal }))) return;
  await engine.images.load(archive, { signal });
}
