import type { NetworkFacts } from '../../docker/networks.ts';

/**
 * Returns true if an engine with this address has an endpoint on an overlay of a swarm, and knows peers on it, but not itself.
 * Without any peer, it has not joined the network yet, or has left it. A peer without an address may be the engine itself: it
 * joined the network after it had taken itself for gone, and uses the records.
 */
export function lacksItself(network: NetworkFacts, address: string | undefined): boolean {
  return (
    isOnOverlay(network) &&
    address !== undefined &&
    network.peersWithoutAddress === 0 &&
    !network.peers.includes(address)
  );
}

/** Returns true if an engine has an endpoint on an overlay of a swarm, and its gossip knows peers on it. */
export function isOnOverlay({ driver, scope, containers, peers }: NetworkFacts): boolean {
  return (
    driver === 'overlay' &&
    scope === 'swarm' &&
    peers.length > 0 &&
    containers.some(({ local }) => local)
  );
}
