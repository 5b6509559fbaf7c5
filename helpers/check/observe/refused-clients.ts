import { z } from 'zod';
import type { CallOptions } from '../../docker/connection.ts';
import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import type { Engine } from '../../docker/engine.ts';
import type { EngineView, RefusedClient } from '../model/views/engine-view.ts';

/** The most containers whose logs are read. */
const MOST = 20;

/** The most lines of each log. */
const LINES = 200;

/** Seconds. A client that the engine refuses tries again; older lines may be from another version of the engine. */
const RECENT = 600;

const withMounts = z.looseObject({
  Mounts: z.array(z.looseObject({ Source: z.string().default('') })).nullish(),
});

/** Reads the logs of containers that use the engine's socket. Only the engine's own refusal counts, and nothing else is kept. */
export async function findRefusedClients(
  engine: Engine,
  { info, containers }: Pick<EngineView, 'info' | 'containers'>,
  options: CallOptions,
): Promise<RefusedClient[]> {
  const now = Math.floor(Date.parse(info.systemTime) / 1000);
  if (Number.isNaN(now)) return [];
  const clients = containers.filter(usesSocket).slice(0, MOST);
  const refused = await Promise.all(
    clients.map(async ({ id, name: container, image }) => {
      try {
        const found = await engine.containers.find(id, options);
        const text = await found.logs({ ...options, lines: LINES, since: now - RECENT });
        const refusal = readRefusal(text);
        return refusal === undefined ? [] : [{ container, image, ...refusal }];
      } catch {
        // Removed in between, or without logs: the driver may not keep any.
        return [];
      }
    }),
  );
  return refused.flat();
}

/** Returns true for a running container with the engine's socket as a mount. */
export function usesSocket({ running, raw }: Pick<ContainerFacts, 'running' | 'raw'>): boolean {
  const { Mounts } = withMounts.safeParse(raw).data ?? {};
  return running && (Mounts ?? []).some(({ Source }) => Source.endsWith('/docker.sock'));
}

/** Returns the versions in the last refusal of a log: the client's, and the oldest version that the engine supports. */
export function readRefusal(log: string): Pick<RefusedClient, 'version' | 'oldest'> | undefined {
  const refusals = log.matchAll(
    /client version (\d{1,3}\.\d{1,3}) is too old\. Minimum supported API version is (\d{1,3}\.\d{1,3})/g,
  );
  const [, version, oldest] = [...refusals].at(-1) ?? [];
  return version === undefined || oldest === undefined ? undefined : { version, oldest };
}
