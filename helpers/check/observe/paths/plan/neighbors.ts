import { createHash } from 'node:crypto';

/** Returns true if packets are sent from a host to another. */
export type AreNeighbors = (from: string, to: string) => boolean;

/**
 * Chooses for each host at most `most` others that it sends packets to: its successors on a ring in the order of the
 * hosts' digests. Each host also receives packets from that many. The same hosts give the same choice, and a host that
 * comes or goes changes the choice of few others.
 *
 * @param most undefined for all
 */
export function chooseNeighbors(hosts: readonly string[], most: number | undefined): AreNeighbors {
  if (most === undefined || most >= hosts.length - 1) return () => true;
  const ring = [...new Set(hosts)]
    .map((host) => ({ host, digest: createHash('sha256').update(host).digest('hex') }))
    .toSorted((one, other) => (one.digest < other.digest ? -1 : 1))
    .map(({ host }) => host);
  const places = new Map(ring.map((host, index) => [host, index]));
  return (from, to) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) return false;
    const distance = (end - start + ring.length) % ring.length;
    return distance >= 1 && distance <= most;
  };
}
