import type { Difference, DifferenceKind } from '../model/difference.ts';
import type { Observation } from '../model/observation.ts';

/** What is felt when containers of two hosts cannot talk, or engines do not tell each other of them. */
export const feltKinds: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'gossip-unaware',
  'forwarding-absent',
  'neighbour-absent',
  'name-unanswered',
  'name-other',
  'host-path-dead',
  'gossip-path-dead',
  'tunnel-dead',
  'container-path-dead',
  'port-silent',
  'application-fails',
  'application-without-database',
]);

/** Whether it is on that host, or between it and another one. */
export function isAt({ where }: Difference, host: string | undefined): boolean {
  return host !== undefined && (where.host === host || where.peer === host);
}

/** Whether it lies between these two hosts, in either direction. */
export function isBetween({ where }: Difference, one: string, other: string): boolean {
  return (
    (where.host === one && where.peer === other) || (where.host === other && where.peer === one)
  );
}

/** Whether it lies between hosts whose gossip does not know each other, as these differences say; or one has none. */
export function isUnheard(one: Difference, unaware: readonly Difference[]): boolean {
  return unaware.some(({ where: { host = '', peer } }) =>
    peer === undefined ? isAt(one, host) : isBetween(one, host, peer),
  );
}

/** Whether it has to do with that container. */
export function isOf({ where }: Difference, container: string | undefined): boolean {
  return container !== undefined && (where.container === container || where.towards === container);
}

/** Whether the application that is expected has a container on that host. */
function hasApplication({ expectations }: Observation, host: string | undefined): boolean {
  const { application, containers = [] } = expectations;
  if (application === undefined) return false;
  const own = [application.container, application.database];
  const known = containers.filter(({ name }) => own.includes(name));
  // Nobody said where it is: it may be there.
  return known.length === 0 || known.some((container) => container.host === host);
}

/** Whether it is what the application does when a host of its own is cut off. */
export function isApplicationCut(
  { kind }: Difference,
  observation: Observation,
  host: string | undefined,
): boolean {
  return (
    (kind === 'application-fails' || kind === 'application-without-database') &&
    hasApplication(observation, host)
  );
}
