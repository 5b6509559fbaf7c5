import { type Difference, ofKind } from '../../model/difference.ts';
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
    const leading = ofKind(open, 'forwarding-stale').filter(
      ({ where }) =>
        where.network === network &&
        where.peer === own?.home &&
        // A container that has moved to the host with the stale entry is affected by it.
        where.container === undefined,
    );
    const macs = new Set(leading.map(({ observed }) => observed.mac));
    if (macs.size > left.length) return [];
    const answering = ofKind(open, 'neighbour-stale').filter((one) =>
      leading.some(
        (entry) =>
          entry.where.host === one.where.host &&
          one.where.network === network &&
          entry.observed.mac === one.observed.mac,
      ),
    );
    return [...leading, ...answering];
  });
}

function departureOf(one: Difference, observation: Observation): Departure | undefined {
  const { host = '', container = '', network } = one.where;
  if (one.kind === 'container-not-running' || one.kind === 'container-missing') {
    return { home: host, networks: networksOf(container, host, observation) };
  }
  if (one.kind !== 'container-elsewhere') return undefined;
  if (network !== undefined) return { home: host, networks: [network] };
  // Where it is now, it is on the networks that it was on before.
  return { home: one.expected, networks: networksOf(container, host, observation) };
}

/** Returns the networks of a container, running or not, according to its engine and the expectations. */
function networksOf(container: string, host: string, observation: Observation): string[] {
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
