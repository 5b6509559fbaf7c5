import type { Place } from '../model/difference.ts';
import type { PathSymptoms } from '../derive/path-symptoms.ts';

/** Paths with the same symptoms at one location. */
export interface Gathered {
  readonly where: Place;
  readonly paths: readonly PathSymptoms[];
}

/**
 * Gathers ill paths of one network by the places at which they can have one cause: where all paths are ill that have to do
 * with it, and more of them than at any other. Where a host has but one container, the host is meant.
 */
export function gatherByPlace(
  ill: readonly PathSymptoms[],
  all: readonly PathSymptoms[],
): Gathered[] {
  const gathered: Gathered[] = [];
  let left = ill;
  for (;;) {
    const best = findBest(left, all);
    if (best === undefined) return gathered;
    gathered.push(best);
    left = left.filter((one) => !best.paths.includes(one));
  }
}

function findBest(
  ill: readonly PathSymptoms[],
  all: readonly PathSymptoms[],
): Gathered | undefined {
  const candidates = ill
    .flatMap(placesOf)
    .map(({ where, fits, isSure = false }) => {
      const paths = ill.filter(fits);
      const isWhole = isSure || paths.length === all.filter(fits).length;
      return { where, paths, isWhole };
    })
    .filter(({ isWhole }) => isWhole);
  // Of those with as many the first in the order of {@link placesOf}.
  return candidates.reduce<Gathered | undefined>(
    (best, one) => (best === undefined || one.paths.length > best.paths.length ? one : best),
    undefined,
  );
}

interface Candidate {
  readonly where: Place;
  readonly fits: (one: PathSymptoms) => boolean;
  /** True if the location counts although other paths there work. */
  readonly isSure?: boolean;
}

function placesOf({ where }: PathSymptoms): Candidate[] {
  const { host, peer, network, container, towards } = where;
  const inNetwork = (one: PathSymptoms) => one.where.network === network;
  const crosses = (one: PathSymptoms) => inNetwork(one) && one.where.host !== one.where.peer;
  const leaves = (one: PathSymptoms) => crosses(one) && one.where.host === host;
  const comes = (one: PathSymptoms) => crosses(one) && one.where.peer === peer;
  return [
    {
      where: { host, peer, network },
      fits: (one) => inNetwork(one) && one.where.host === host && one.where.peer === peer,
      isSure: true,
    },
    { where: { host, network }, fits: leaves },
    { where: { peer, network }, fits: comes },
    {
      where: { host, network, container },
      fits: (one) => inNetwork(one) && one.where.host === host && one.where.container === container,
    },
    {
      where: { host: peer, network, container: towards },
      fits: (one) => inNetwork(one) && one.where.peer === peer && one.where.towards === towards,
    },
    {
      where: { host, network },
      fits: (one) => leaves(one) || (crosses(one) && one.where.peer === host),
    },
    {
      where: { host: peer, network },
      fits: (one) => comes(one) || (crosses(one) && one.where.host === peer),
    },
  ];
}
