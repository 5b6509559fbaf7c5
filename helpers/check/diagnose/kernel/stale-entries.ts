import { z } from 'zod';
import type { Difference } from '../../model/difference.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';

/** The former host of a container that has moved or is gone. */
interface Departure {
  readonly home: string;
  readonly networks: readonly string[];
}

/**
 * Returns the entries of other kernels for a container that has left its host. An engine of Docker 20.10 that learned about
 * the container by a query never deletes them. They are harmless, and belong to the finding about the container, while no
 * container has the address; after that, they are wrong entries. With more stale entries than containers that left, their
 * owners are unknown, and none is returned.
 */
export function staleEntriesOf(
  cause: Difference,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const departures = open.flatMap((one) => departureOf(one, observation) ?? []);
  const own = departureOf(cause, observation);
  return (own?.networks ?? []).flatMap((network) => {
    const left = departures.filter(
      (one) => one.home === own?.home && one.networks.includes(network),
    );
    const leading = open.filter(
      ({ kind, where }) =>
        kind === 'forwarding-leftover' &&
        where.network === network &&
        where.peer === own?.home &&
        // A container that has moved to the host with the stale entry is affected by it.
        where.container === undefined,
    );
    const macs = new Set(leading.map(macOf));
    if (macs.size > left.length) return [];
    const answering = open.filter(
      (one) =>
        one.kind === 'neighbour-leftover' &&
        leading.some(
          (entry) =>
            entry.where.host === one.where.host &&
            one.where.network === network &&
            macOf(entry) === macOf(one),
        ),
    );
    return [...leading, ...answering];
  });
}

const withMac = z.looseObject({ mac: z.string() });

/** The MAC address of an entry. */
export function macOf({ observed }: Difference): string | undefined {
  return withMac.safeParse(observed).data?.mac;
}

function departureOf(
  { kind, where, expected }: Difference,
  observation: Observation,
): Departure | undefined {
  const { container = '' } = where;
  if (kind === 'container-not-running' || kind === 'container-absent') {
    const home = where.host ?? '';
    return { home, networks: networksOf(container, home, observation) };
  }
  if (kind !== 'container-elsewhere') return undefined;
  if (where.network !== undefined) return { home: where.host ?? '', networks: [where.network] };
  // Where it is now, it is on the networks that it was on before.
  const networks = networksOf(container, where.host, observation);
  return typeof expected === 'string' ? { home: expected, networks } : undefined;
}

/** Returns the networks of a container, running or not, according to its engine and the expectations. */
function networksOf(
  container: string,
  host: string | undefined,
  observation: Observation,
): string[] {
  const view = valueOf(hostNamed(observation, host)?.engine);
  const facts = view?.containers.find(({ name }) => name === container);
  const expected = (observation.expectations.containers ?? []).filter(
    ({ name }) => name === container,
  );
  return [
    ...new Set([
      ...Object.keys(facts?.networks ?? {}),
      ...expected.flatMap(({ network }) => network ?? []),
    ]),
  ];
}
