import { createHash } from 'node:crypto';

/** Returns true if packets are sent from a host to another. */
export type AreNeighbors = (from: string, to: string) => boolean;

/**
 * Ordered pairs of hosts that are probed if the user does not choose a number: all pairs of 20 hosts. Of more hosts, each
 * one sends to fewer others, but never to fewer than `LEAST`.
 */
const MOST = 400;
const LEAST = 10;

/** Returns the number of other hosts that each host sends packets to. */
export function countNeighbors(hosts: number): number {
  return Math.min(Math.max(LEAST, Math.floor(MOST / hosts)), hosts - 1);
}

/** Returns hosts in the order of their digests: a host that comes or goes changes the places of no others. */
export function ringOf(hosts: readonly string[]): string[] {
  return [...new Set(hosts)]
    .map((host) => ({ host, digest: createHash('sha256').update(host).digest('hex') }))
    .toSorted((one, other) => (one.digest < other.digest ? -1 : 1))
    .map(({ host }) => host);
}

/**
 * Chooses for each host at most `most` others that it sends packets to: its successors on the ring. Each host also
 * receives packets from that many. The same hosts give the same choice, and a host that comes or goes changes the choice
 * of few others.
 */
export function chooseNeighbors(hosts: readonly string[], most: number): AreNeighbors {
  if (most >= hosts.length - 1) return () => true;
  const ring = ringOf(hosts);
  const places = new Map(ring.map((host, index) => [host, index]));
  return (from, to) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) return false;
    const distance = (end - start + ring.length) % ring.length;
    return distance >= 1 && distance <= most;
  };
}
