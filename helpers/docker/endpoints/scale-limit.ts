import type { EngineHost } from './endpoint.ts';

/** Returns the limit of a wait for work of these hosts, in milliseconds: the slowest of them needs its own factor. */
export function scaleLimit(
  limit: number,
  hosts: readonly Pick<EngineHost, 'limitFactor'>[],
): number {
  return limit * Math.max(1, ...hosts.map(({ limitFactor = 1 }) => limitFactor));
}
