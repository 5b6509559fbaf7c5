import type { Difference, DifferenceKind } from '../model/difference.ts';
import type { Observation } from '../model/observation.ts';

/** Symptoms of two hosts whose containers cannot communicate or whose engines do not announce them. */
export const symptomKinds: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'gossip-unaware',
  'forwarding-missing',
  'neighbour-missing',
  'encryption-state-missing',
  'service-vip-missing',
  'backend-missing',
  'name-unanswered',
  'name-mismatch',
  'service-name-unanswered',
  'host-path-dead',
  'gossip-path-dead',
  'tunnel-dead',
  'esp-dead',
  'packets-in-clear',
  'container-path-dead',
  'port-silent',
  'application-fails',
  'application-without-database',
]);

/** Returns true if a difference is on that host, or between it and another one. */
export function isAt({ where }: Difference, host: string | undefined): boolean {
  return host !== undefined && (where.host === host || where.peer === host);
}

/** Returns true if a difference is between these two hosts, in either direction. */
export function isBetween({ where }: Difference, one: string, other: string): boolean {
  return (
    (where.host === one && where.peer === other) || (where.host === other && where.peer === one)
  );
}

/**
 * Returns true if a difference is between hosts that do not know each other through gossip, according to these differences.
 */
export function lacksGossip(one: Difference, unaware: readonly Difference[]): boolean {
  return unaware.some(({ where: { host = '', peer } }) =>
    peer === undefined ? isAt(one, host) : isBetween(one, host, peer),
  );
}

/** Returns true if a difference concerns that container. */
export function isOf({ where }: Difference, container: string | undefined): boolean {
  return container !== undefined && (where.container === container || where.towards === container);
}

/** Returns true if the expected application has a container on that host. */
function hasApplication({ expectations }: Observation, host: string | undefined): boolean {
  const { application, containers = [] } = expectations;
  if (application === undefined) return false;
  const own = [application.container, application.database];
  const known = containers.filter(({ name }) => own.includes(name));
  // Without a known host, it may be there.
  return known.length === 0 || known.some((container) => container.host === host);
}

/** Returns true if a difference is a symptom of the application when one of its hosts is cut off. */
export function isApplicationSymptom(
  { kind }: Difference,
  observation: Observation,
  host: string | undefined,
): boolean {
  return (
    (kind === 'application-fails' || kind === 'application-without-database') &&
    hasApplication(observation, host)
  );
}
