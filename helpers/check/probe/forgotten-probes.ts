import type { ContainerSummary } from '../../engine/containers.ts';
import type { Engine } from '../../engine/engine.ts';
import { PROBE_LABEL } from './describe-probe.ts';

/**
 * Removes what a check has left that was killed after it made a probe's container and before it started it. Everything
 * else ends by itself.
 *
 * @param own a container that runs, and how many milliseconds ago it was made: by it the engine's clock is known
 * @param limit milliseconds that a start may take
 */
export async function removeForgottenProbes(
  engine: Engine,
  own: { readonly id: string; readonly age: number },
  limit: number,
): Promise<void> {
  const forgotten = findForgottenProbes(await engine.containers.list(), own, limit);
  for (const { id } of forgotten) await (await engine.containers.find(id)).remove();
}

/** Probes that were made longer ago than a start can take, and do not run. */
export function findForgottenProbes(
  containers: readonly ContainerSummary[],
  own: { readonly id: string; readonly age: number },
  limit: number,
): ContainerSummary[] {
  const made = containers.find(({ id }) => id === own.id)?.createdAt;
  if (made === undefined) return [];
  const now = made * 1000 + own.age;
  return containers.filter(
    ({ labels, state, createdAt }) =>
      PROBE_LABEL in labels && state === 'created' && now - createdAt * 1000 > limit,
  );
}
