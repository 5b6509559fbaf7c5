import type { EndPair, OverlayEnd } from '../../derive/endpoints.ts';
import { countRoom, type HostKernel } from './neighbor-capacity.ts';

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
  ends: readonly OverlayEnd[],
  most: number,
  kernels: ReadonlyMap<string, HostKernel> = new Map(),
): { readonly all: number; readonly chosen: EndPair[]; readonly withoutRoom: number } {
  const networks = [...Map.groupBy(ends, ({ networkId }) => networkId).values()];
  const hosts = networks.map((one) => [...Map.groupBy(one, ({ host }) => host).values()]);
  const all = hosts.reduce((sum, one) => sum + countPairs(one), 0);
  const fits = countRoom(kernels);
  const chosen: EndPair[] = [];
  let withoutRoom = 0;
  for (const pair of pairsInOrder(hosts)) {
    if (chosen.length >= most || withoutRoom >= most) break;
    if (fits(pair)) chosen.push(pair);
    else withoutRoom += 1;
  }
  return { all, chosen, withoutRoom };
}

/** The endpoints of one network, grouped by host. */
function countPairs(hosts: readonly (readonly OverlayEnd[])[]): number {
  const ends = hosts.flat().length;
  return hosts.reduce((sum, { length }) => sum + length * (ends - length), 0);
}

/** @param networks the ends of each network, those of one host together */
function* pairsInOrder(networks: readonly (readonly OverlayEnd[][])[]): Generator<EndPair> {
  const ranks = Math.max(0, ...networks.flat().map(({ length }) => length));
  for (let rank = 0; rank < ranks; rank += 1) {
    for (const hosts of networks) yield* pairsOfRank(hosts, rank);
  }
}

/** The pairs with the end of that rank of its host, and another of that rank or before. */
function* pairsOfRank(hosts: readonly OverlayEnd[][], rank: number): Generator<EndPair> {
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

function pairOf(from: OverlayEnd | undefined, to: OverlayEnd | undefined): EndPair[] {
  return from === undefined || to === undefined ? [] : [{ from, to }];
}

/**
 * Ends that must not reach each other, as their containers have no network in common: for each ordered pair of networks
 * two on one host, and two on different ones, if there are such.
 */
export function chooseStrangers(ends: readonly OverlayEnd[], most: number): EndPair[] {
  const networksOf = Map.groupBy(ends, ({ containerId }) => containerId);
  const areStrangers = (from: OverlayEnd, to: OverlayEnd) => {
    const own = new Set(networksOf.get(from.containerId)?.map(({ networkId }) => networkId));
    return (networksOf.get(to.containerId) ?? []).every(({ networkId }) => !own.has(networkId));
  };
  const networks = [...Map.groupBy(ends, ({ networkId }) => networkId).values()];
  const chosen: EndPair[] = [];
  for (const senders of networks) {
    for (const receivers of networks) {
      if (senders === receivers) continue;
      for (const isOneHost of [true, false]) {
        const pair = firstPair(
          senders,
          receivers,
          (from, to) => (from.host === to.host) === isOneHost && areStrangers(from, to),
        );
        if (pair !== undefined) chosen.push(pair);
      }
      if (chosen.length >= most) return chosen.slice(0, most);
    }
  }
  return chosen;
}

function firstPair(
  senders: readonly OverlayEnd[],
  receivers: readonly OverlayEnd[],
  fits: (from: OverlayEnd, to: OverlayEnd) => boolean,
): EndPair | undefined {
  for (const from of senders) {
    const to = receivers.find((one) => fits(from, one));
    if (to !== undefined) return { from, to };
  }
  return undefined;
}
