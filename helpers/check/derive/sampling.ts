import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';

/** Examined objects of which a check examined only a part, because their number grows faster than the cluster. */
export interface Sample {
  readonly what:
    | 'pairs of hosts'
    | 'pairs of containers'
    | 'container names'
    | 'service names'
    | 'connections to services';
  readonly examined: number;
  readonly all: number;
  /** The choice, in words. */
  readonly chosen: string;
}

const IN_TURNS = 'by each of them in turn, each one starting at another place of the list';

/** Returns all samples of an observation; none if everything was examined. */
export function samplesOf({
  paths: observedPaths,
  names,
  serviceNames,
  serviceConnections,
}: Observation): Sample[] {
  const paths = valueOf(observedPaths);
  const { pairs, hostPairs, neighbors } = paths ?? {};
  const parts = [
    {
      what: 'pairs of hosts',
      of: hostPairs,
      chosen: `each host sends to the next ${neighbors ?? 'hosts'} on a ring of all hosts in the order of the SHA-256 digests of their names`,
    },
    {
      what: 'pairs of containers',
      of: paths?.outside === undefined ? pairs : undefined,
      chosen:
        'first each container as sender and as receiver, then one pair for each pair of hosts, then further containers',
    },
    { what: 'container names', of: countAsked(valueOf(names)?.questions), chosen: IN_TURNS },
    { what: 'service names', of: countAsked(valueOf(serviceNames)?.questions), chosen: IN_TURNS },
    {
      what: 'connections to services',
      of: countAsked(valueOf(serviceConnections)?.questions),
      chosen: IN_TURNS,
    },
  ] as const;
  return parts.flatMap(({ what, of, chosen }): Sample[] =>
    of === undefined || of.probed >= of.all
      ? []
      : [{ what, examined: of.probed, all: of.all, chosen }],
  );
}

function countAsked(of: { all: number; asked: number } | undefined) {
  return of && { all: of.all, probed: of.asked };
}
