import { scaleLimit } from '../docker/endpoints/scale-limit.ts';
import type { Container } from '../docker/containers/container.ts';
import { readLastLines, requireRunning } from '../docker/containers/container-ended.ts';
import type { ContainerSpec } from '../docker/containers/container-spec.ts';
import type { Engine } from '../docker/engine.ts';
import { allSettled } from '../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import { whileWatching } from '../process/waits/while-watching.ts';
import type { PreparedImage } from './images/prepare-images.ts';
import { provideImage } from './provide-image.ts';

/** A user-defined container: its engine, its image, and the ports that make it ready. */
export interface Deployment {
  readonly engine: Engine;
  readonly image: PreparedImage;
  readonly spec: Omit<ContainerSpec, 'image'> & { readonly name: string };
  /** The ports on which it listens when it is ready. */
  readonly listensOn: readonly number[];
}

/** Returns those ports on which nothing listens in the container's own network. */
export type FindSilentPorts = (
  container: Container,
  ports: readonly number[],
  signal: AbortSignal,
) => Promise<readonly number[]>;

/** Creates all containers without starting them. Their networks do not need to exist yet. */
export async function createContainers(
  deployments: readonly Deployment[],
  { signal }: { readonly signal: AbortSignal },
): Promise<Container[]> {
  const creations = deployments.map(async ({ engine, image, spec }) => {
    await provideImage(engine, image, {
      signal,
      hint: 'check that the machine reaches the registry, or use a docker save archive',
    });
    return await engine.containers.create({ ...spec, image: image.tag }, { signal });
  });
  return await allSettled('containers: create', creations);
}

/**
 * Starts the containers in order, each when the previous one listens on its ports. A container may need the previous
 * one, and no two hosts may announce an endpoint on a network to each other at the same moment.
 */
export async function startContainers(
  deployments: readonly Deployment[],
  containers: readonly Container[],
  findSilent: FindSilentPorts,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  for (const [at, container] of containers.entries()) {
    await container.start({ signal });
    await waitUntilReady(container, deployments[at]?.listensOn ?? [], findSilent, signal);
  }
}

/** Milliseconds between two checks that a container still runs. */
const LOOK_EVERY = 500;

async function waitUntilReady(
  container: Container,
  listensOn: readonly number[],
  findSilent: FindSilentPorts,
  signal: AbortSignal,
): Promise<void> {
  await requireRunning(container, signal);
  if (listensOn.length === 0) return;
  const look = async (until: AbortSignal) => await requireRunning(container, until);
  await whileWatching({ look, every: LOOK_EVERY, signal }, async (until) => {
    await waitFor(
      `${container.machine.name}: ${container.name} listens on ${listensOn.join(', ')}`,
      async () => {
        const silent = await findSilent(container, listensOn, until);
        return silent.length === 0 ? done(undefined) : notYet(`not on ${silent.join(', ')}`);
      },
      {
        limit: scaleLimit(120_000, [container.machine]),
        signal: until,
        evidence: async () => await readLastLines(container),
        hint: 'read its log below, and check its command and listensOn',
      },
    );
  });
}
