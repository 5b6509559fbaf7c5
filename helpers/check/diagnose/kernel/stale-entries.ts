import { z } from 'zod';
import type { Difference } from '../../model/difference.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { whatWasSeen } from '../../model/observed.ts';

/** Where a container was that is not there any more, whether it is elsewhere or nowhere. */
interface Departure {
  readonly home: string;
  readonly networks: readonly string[];
}

/**
 * What other hosts' kernels still have of a container that has left its host: an engine of Docker 20.10 that learnt of it
 * by asking takes that away for nobody. It leads to where the container was, with an address that nobody has: as long as
 * that is so it harms nobody, and goes with the container. Once somebody has the address it is no leftover any more, but
 * an entry that is wrong. More leftovers than containers that have left there are of something else, too: then nobody
 * knows whose they are, and none is taken for one of these.
 */
export function leftBehind(
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
        // A container that has come to the very host that still sends away what is for it is harmed.
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

/** The networks of a container, by its engine, also of one that has ended; and those that it is expected to be on. */
function networksOf(
  container: string,
  host: string | undefined,
  observation: Observation,
): string[] {
  const view = whatWasSeen(hostNamed(observation, host)?.engine);
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
