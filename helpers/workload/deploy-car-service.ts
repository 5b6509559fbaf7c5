import type { Container } from '../docker/containers/container.ts';
import type { ContainerSpec } from '../docker/containers/container-spec.ts';
import type { Engine } from '../docker/engine.ts';
import { allSettled } from '../process/errors/harness-error.ts';
import { carDatabase, carPort } from './car-service.ts';
import type { PreparedImage } from './images/prepare-images.ts';
import { provideImage } from './provide-image.ts';

/** The images of the two containers: the application's and the database's. */
export type CarServiceImages = Readonly<Record<'tomcat' | 'mysql', Promise<PreparedImage>>>;

/** One of the two containers: its engine, its name and its image. */
export interface Placement {
  readonly engine: Engine;
  readonly container: string;
  readonly image: Promise<PreparedImage>;
}

export interface CarServiceRequest {
  /** The overlay network of both containers. */
  readonly network: string;
  readonly application: Placement;
  readonly database: Placement;
}

export interface CarServiceContainers {
  readonly application: Container;
  readonly database: Container;
}

/** Creates both containers without starting them. Their network does not need to exist yet. */
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
 * Starts both containers, and returns when they run. Their programs may still be starting.
 *
 * The application starts first, because it takes longer and can wait for its database. The database starts after it and
 * not at the same time, so that no two hosts announce an endpoint on the network to each other at the same moment.
 */
export async function startCarService(
  { application, database }: CarServiceContainers,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await application.start(options);
  await database.start(options);
}

/** The variables that the official images of MySQL and MariaDB read. */
const account = {
  MYSQL_DATABASE: carDatabase.name,
  MYSQL_USER: carDatabase.user,
  MYSQL_PASSWORD: carDatabase.password,
};
