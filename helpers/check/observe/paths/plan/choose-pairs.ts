import type { EndpointPair, OverlayEndpoint } from '../../../derive/endpoints.ts';
import { trackCapacity, type HostKernel } from './neighbor-capacity.ts';
import type { AreNeighbors } from './neighbors.ts';

/**
 * Chooses among all ordered pairs of endpoints of one network on different hosts: first one for each ordered pair of hosts,
 * then a second one, and so on. The same endpoints give the same pairs.
 *
 * Packets within a host do not use VXLAN, and make an engine of a key-value cluster write an entry for its own container:
 * it queries its gossip for every address that no other host has announced.
 *
 * Pairs that would exceed a neighbor table are left out: a check must not cause the problem it detects.
 *
 * @param kernels by host name
 */
export function choosePairs(
  endpoints: readonly OverlayEndpoint[],
  most: number,
  kernels: ReadonlyMap<string, HostKernel> = new Map(),
  areNeighbors: AreNeighbors = () => true,
): { readonly all: number; readonly chosen: EndpointPair[]; readonly overCapacity: number } {
  const networks = [...Map.groupBy(endpoints, ({ networkId }) => networkId).values()];
  const hosts = networks.map((one) => [...Map.groupBy(one, ({ host }) => host).values()]);
  const all = hosts.reduce((sum, one) => sum + countPairs(one), 0);
  const fits = trackCapacity(kernels);
  const chosen: EndpointPair[] = [];
  let overCapacity = 0;
  for (const pair of pairsInOrder(hosts)) {
    if (chosen.length >= most || overCapacity >= most) break;
    if (!areNeighbors(pair.from.host, pair.to.host)) continue;
    if (fits(pair)) chosen.push(pair);
    else overCapacity += 1;
  }
  return { all, chosen, overCapacity };
}

/** The endpoints of one network, grouped by host. */
function countPairs(hosts: readonly (readonly OverlayEndpoint[])[]): number {
  const endpoints = hosts.flat().length;
  return hosts.reduce((sum, { length }) => sum + length * (endpoints - length), 0);
}

/** @param networks the ends of each network, those of one host together */
function* pairsInOrder(
  networks: readonly (readonly OverlayEndpoint[][])[],
): Generator<EndpointPair> {
  const ranks = Math.max(0, ...networks.flat().map(({ length }) => length));
  for (let rank = 0; rank < ranks; rank += 1) {
    for (const hosts of networks) yield* pairsOfRank(hosts, rank);
  }
}

/** The pairs with the end of that rank of its host, and another of that rank or before. */
function* pairsOfRank(hosts: readonly OverlayEndpoint[][], rank: number): Generator<EndpointPair> {
  for (const senders of hosts) {
    for (const receivers of hosts) {
      if (senders === receivers) continue;
      for (let lower = 0; lower <= rank; lower += 1) {
        yield* pairOf(senders[rank], receivers[lower]);
        if (lower < rank) yield* pairOf(senders[lower], receivers[rank]);
      }
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
