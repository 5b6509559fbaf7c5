import type { Container } from '../engine/container.ts';
import { firstLine, HarnessError } from '../process/harness-error.ts';
import { waitFor } from '../process/wait-for.ts';
import { lookForAnswer } from './ask-car-service.ts';
import { firstCar } from './car-service.ts';

/** Milliseconds between two looks whether the containers still run. */
const lookAtContainersEvery = 500;
const logLines = 20;

export interface CarServiceWait {
  readonly url: string;
  readonly containers: readonly Container[];
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; two minutes when absent. */
  readonly limit?: number;
}

/**
 * Returns once the service gives car 1 as it is in the database. A container that ends meanwhile ends the wait at once;
 * either way the error has the last lines that the containers logged.
 */
export async function waitForCarService({
  url,
  containers,
  signal,
  limit = 120_000,
}: CarServiceWait): Promise<void> {
  let looked = performance.now();
  await waitFor(
    `car service: ${url} gives car 1`,
    async () => {
      try {
        return await lookForAnswer(url, { status: 200, body: firstCar }, { limit: 5000, signal });
      } finally {
        if (performance.now() - looked > lookAtContainersEvery) {
          await Promise.all(containers.map((container) => throwIfEnded(container, signal)));
          looked = performance.now();
        }
      }
    },
    {
      limit,
      signal,
      fatal: (error) => error instanceof ContainerEnded,
      evidence: async () => (await Promise.all(containers.map(readLastLines))).join('\n'),
      remedy:
        'read below what the containers logged; 503 means that the application does not reach its database',
    },
  );
}

class ContainerEnded extends HarnessError {}

async function throwIfEnded(container: Container, signal: AbortSignal | undefined): Promise<void> {
  const { running, exitCode, error } = await container.inspect({ signal, quiet: true });
  if (running) return;
  throw new ContainerEnded({
    tried: `${container.machine.name}: container ${container.name}: start`,
    observed: `it ended with exit code ${exitCode}${error === '' ? '' : ` (${error})`}`,
    remedy: 'read in its log why',
    evidence: await readLastLines(container),
  });
}

async function readLastLines(container: Container): Promise<string> {
  const said = await container
    .logs({ lines: logLines, quiet: true })
    .catch((error: unknown) => `(cannot be read: ${firstLine(error)})`);
  return `${container.name} on ${container.machine.name} logged last:\n${said.trimEnd() || '(nothing)'}`;
}
