import { scaleLimit } from '../docker/endpoints/scale-limit.ts';
import type { Container } from '../docker/containers/container.ts';
import { readLastLines, requireRunning } from '../docker/containers/container-ended.ts';
import { waitFor } from '../process/waits/wait-for.ts';
import { whileWatching } from '../process/waits/while-watching.ts';
import { pollCarService } from './request-car.ts';
import { firstCar } from './car-service.ts';

/** Milliseconds between two checks that the containers still run. */
const LOOK_AT_CONTAINERS_EVERY = 500;

export interface CarServiceWait {
  readonly url: string;
  readonly containers: readonly Container[];
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; two minutes by default. */
  readonly limit?: number;
}

/**
 * Waits until the service returns car 1 as the database has it. A container that exits ends the wait immediately. Each
 * error includes the last log lines of the containers.
 */
export async function waitForCarService({
  url,
  containers,
  signal,
  limit = 120_000,
}: CarServiceWait): Promise<void> {
  const look = async (until: AbortSignal) => {
    await Promise.all(containers.map((container) => requireRunning(container, until)));
  };
  await whileWatching({ look, every: LOOK_AT_CONTAINERS_EVERY, signal }, async (until) => {
    await waitFor(
      `car service: ${url} returns car 1`,
      async () =>
        await pollCarService(url, { status: 200, body: firstCar }, { limit: 5000, signal: until }),
      {
        limit: scaleLimit(
          limit,
          containers.map(({ machine }) => machine),
        ),
        signal: until,
        evidence: async () => (await Promise.all(containers.map(readLastLines))).join('\n'),
        hint: 'read the logs of the containers below; status 503 means that the application does not reach its database',
      },
    );
  });
}
