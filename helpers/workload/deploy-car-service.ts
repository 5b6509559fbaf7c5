import type { Container } from '../engine/container.ts';
import type { ContainerSpec } from '../engine/container-spec.ts';
import type { Engine } from '../engine/engine.ts';
import { allSettled } from '../process/harness-error.ts';
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

/**
 * Runs the application and its database, and returns as soon as both containers run; their programs start meanwhile.
 *
 * The application goes first: it takes longest to start, and bears a database that comes later. The database is not
 * run beside it but after it, so that no two hosts announce an end on the network to each other at the same moment.
 */
export async function deployCarService(
  { network, application, database }: CarServiceRequest,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<CarServiceContainers> {
  const run = async ({ engine, container: name, image }: Placement, spec: Partial<ContainerSpec>) =>
    await engine.containers.run({ name, image: (await image).tag, network, ...spec }, { signal });
  await allSettled(
    'car service: provide its images',
    [application, database].map(async ({ engine, image }) => {
      await provideImage(engine, await image, { signal });
    }),
  );
  return {
    application: await run(application, {
      publish: [`${carPort}:${carPort}`],
      env: { MYSQL_HOST: database.container, ...account },
    }),
    database: await run(database, {
      env: { ...account, MYSQL_ROOT_PASSWORD: carDatabase.rootPassword },
    }),
  };
}

/** By the names that MySQL's and MariaDB's own images read. */
const account = {
  MYSQL_DATABASE: carDatabase.name,
  MYSQL_USER: carDatabase.user,
  MYSQL_PASSWORD: carDatabase.password,
};
