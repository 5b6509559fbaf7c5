import type { Container } from '../docker/containers/container.ts';
import type { ContainerSpec } from '../docker/containers/container-spec.ts';
import type { Engine } from '../docker/engine.ts';
import { allSettled } from '../process/errors/harness-error.ts';
import { carDatabase, carPort } from './car-service.ts';
import type { PreparedImage } from './images/prepare-images.ts';
import { provideImage } from './provide-image.ts';

/** Out of which images the two containers are made: the application's and the database's. */
export type CarServiceImages = Readonly<Record<'tomcat' | 'mysql', Promise<PreparedImage>>>;

/** One of the two containers: where it runs, what it is called, and out of what it is made. */
export interface Placement {
  readonly engine: Engine;
  readonly container: string;
  readonly image: Promise<PreparedImage>;
}

export interface CarServiceRequest {
  /** The overlay network that both containers are on. */
  readonly network: string;
  readonly application: Placement;
  readonly database: Placement;
}

export interface CarServiceContainers {
  readonly application: Container;
  readonly database: Container;
}

/** Makes both containers without starting them. Their network need not be there yet. */
export async function createCarService(
  { network, application, database }: CarServiceRequest,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<CarServiceContainers> {
  const create = async (placement: Placement, spec: Partial<ContainerSpec>) => {
    const { engine, container: name } = placement;
    const image = await placement.image;
    await provideImage(engine, image, { signal });
    return await engine.containers.create({ name, image: image.tag, network, ...spec }, { signal });
  };
  const all = [
    create(application, {
      publish: [`${carPort}:${carPort}`],
      env: { MYSQL_HOST: database.container, ...account },
    }),
    create(database, { env: { ...account, MYSQL_ROOT_PASSWORD: carDatabase.rootPassword } }),
  ] as const;
  await allSettled('car service: create its containers', all);
  const [createdApplication, createdDatabase] = await Promise.all(all);
  return { application: createdApplication, database: createdDatabase };
}

/**
 * Starts both, and returns as soon as both containers run; their programs start meanwhile.
 *
 * The application goes first: it takes longest to start, and bears a database that comes later. The database is not
 * started beside it but after it, so that no two hosts announce an end on the network to each other at the same moment.
 */
export async function startCarService(
  { application, database }: CarServiceContainers,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await application.start(options);
  await database.start(options);
}

/** By the names that MySQL's and MariaDB's own images read. */
const account = {
  MYSQL_DATABASE: carDatabase.name,
  MYSQL_USER: carDatabase.user,
  MYSQL_PASSWORD: carDatabase.password,
};
