import type { EndpointPair, OverlayEndpoint } from '../../../derive/endpoints.ts';
import { trackCapacity, type HostKernel } from './neighbor-capacity.ts';
import { ringOf } from './neighbors.ts';

/** Ordered pairs of containers that are probed, unless the user or the number of endpoints needs more. */
const MOST_PAIRS = 1000;

/**
 * Chooses among all ordered pairs of endpoints of one network on different hosts. First come pairs in which each endpoint
 * occurs, in both directions; then one pair for each ordered pair of neighbor hosts, then a second one, and so on. The
 * same endpoints give the same pairs.
 *
 * Packets within a host do not use VXLAN, and make an engine of a key-value cluster write an entry for its own container:
 * it queries its gossip for every address that no other host has announced.
 *
 * Pairs that would exceed a neighbor table are left out: a check must not cause the problem it detects.
 *
 * @param most the largest number of pairs; by default 1000, or as many as all endpoints need to occur
 * @param kernels by host name
 * @param neighbors other hosts of a network that each of its hosts sends packets to at most; all if undefined
 */
export function choosePairs(
  endpoints: readonly OverlayEndpoint[],
  most: number | undefined,
  kernels: ReadonlyMap<string, HostKernel> = new Map(),
  neighbors?: number,
): { readonly all: number; readonly chosen: EndpointPair[]; readonly overCapacity: number } {
  const networks = [...Map.groupBy(endpoints, ({ networkId }) => networkId).values()].map((one) =>
    placeOnRing(Map.groupBy(one, ({ host }) => host)),
  );
  const all = networks.reduce((sum, one) => sum + countPairs(one), 0);
  const fits = trackCapacity(kernels);
  const chosen = new Map<string, EndpointPair>();
  const left = new Set<string>();
  const firsts = networks.flatMap(coverEndpoints);
  const limit = most ?? Math.max(MOST_PAIRS, firsts.length);
  const take = (pair: EndpointPair) => {
    const key = `${pair.from.endpointId} ${pair.to.endpointId}`;
    if (chosen.has(key) || left.has(key)) return;
    if (fits(pair)) chosen.set(key, pair);
    else left.add(key);
  };
  const isFull = () => chosen.size >= limit || left.size >= limit;
  for (const pair of firsts) if (!isFull()) take(pair);
  for (const pair of pairsInOrder(networks, neighbors)) {
    if (isFull()) break;
    take(pair);
  }
  return { all, chosen: [...chosen.values()], overCapacity: left.size };
}

/** The endpoints of one network, grouped by host, in the order of its ring. */
type Ring = readonly (readonly OverlayEndpoint[])[];

function placeOnRing(hosts: ReadonlyMap<string, readonly OverlayEndpoint[]>): Ring {
  return ringOf([...hosts.keys()]).map((host) => hosts.get(host) ?? []);
}

function countPairs(ring: Ring): number {
  const endpoints = ring.flat().length;
  return ring.reduce((sum, { length }) => sum + length * (endpoints - length), 0);
}

/** Returns pairs from each host to the next one on the ring, in which each endpoint sends and each one receives. */
function coverEndpoints(ring: Ring): EndpointPair[] {
  if (ring.length < 2) return [];
  return ring.flatMap((senders, index) => {
    const receivers = ring[(index + 1) % ring.length] ?? [];
    return Array.from({ length: Math.max(senders.length, receivers.length) }, (_, turn) =>
      pairOf(senders[turn % senders.length], receivers[turn % receivers.length]),
    ).flat();
  });
}

/** First the pairs of rank 0 of all networks, from each host to the next one, then to the one after it, and so on. */
function* pairsInOrder(
  networks: readonly Ring[],
  neighbors: number | undefined,
): Generator<EndpointPair> {
  const ranks = Math.max(0, ...networks.flat().map(({ length }) => length));
  const steps = Math.max(0, ...networks.map(({ length }) => length - 1));
  for (let rank = 0; rank < ranks; rank += 1) {
    for (let step = 1; step <= Math.min(steps, neighbors ?? steps); step += 1) {
      for (const ring of networks) if (step < ring.length) yield* pairsOfRank(ring, step, rank);
    }
  }
}

/** The pairs of hosts that are so many steps apart, with the endpoint of that rank, and another of that rank or before. */
function* pairsOfRank(ring: Ring, step: number, rank: number): Generator<EndpointPair> {
  for (const [index, senders] of ring.entries()) {
    const receivers = ring[(index + step) % ring.length] ?? [];
    for (let lower = 0; lower <= rank; lower += 1) {
      yield* pairOf(senders[rank], receivers[lower]);
      if (lower < rank) yield* pairOf(senders[lower], receivers[rank]);
    }
  }
}

function pairOf(
  from: OverlayEndpoint | undefined,
  to: OverlayEndpoint | undefined,
): EndpointPair[] {
  return from === undefined || to === undefined ? [] : [{ from, to }];
}

/**
 * Ends that must not reach each other, as their containers have no network in common: for each ordered pair of networks
 * two on one host, and two on different ones, if there are such.
 */
export function chooseIsolationPairs(
  endpoints: readonly OverlayEndpoint[],
  most: number,
): EndpointPair[] {
  const networksOf = Map.groupBy(endpoints, ({ containerId }) => containerId);
  const areUnrelated = (from: OverlayEndpoint, to: OverlayEndpoint) => {
    const own = new Set(networksOf.get(from.containerId)?.map(({ networkId }) => networkId));
    return (networksOf.get(to.containerId) ?? []).every(({ networkId }) => !own.has(networkId));
  };
  const networks = [...Map.groupBy(endpoints, ({ networkId }) => networkId).values()];
  const chosen: EndpointPair[] = [];
  for (const senders of networks) {
    for (const receivers of networks) {
      if (senders === receivers) continue;
      for (const isOneHost of [true, false]) {
        const pair = firstPair(
          senders,
          receivers,
          (from, to) => (from.host === to.host) === isOneHost && areUnrelated(from, to),
        );
        if (pair !== undefined) chosen.push(pair);
      }
      if (chosen.length >= most) return chosen.slice(0, most);
    }
  }
  return chosen;
}

function firstPair(
  senders: readonly OverlayEndpoint[],
  receivers: readonly OverlayEndpoint[],
  fits: (from: OverlayEndpoint, to: OverlayEndpoint) => boolean,
): EndpointPair | undefined {
  for (const from of senders) {
    const to = receivers.find((one) => fits(from, one));
    if (to !== undefined) return { from, to };
  }
  return undefined;
}
