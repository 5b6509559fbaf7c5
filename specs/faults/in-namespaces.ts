/** The folder in which an engine keeps the network namespaces of its overlay networks and containers. */
const NAMESPACES = '/var/run/docker/netns';

/**
 * Returns a shell command that runs a script in the namespace of an overlay network. The number before the network's ID
 * increases each time that an engine creates the namespace.
 */
export function inOverlay(network: string, script: string): string {
  return `nsenter --net=${overlayNamespace(network)} sh -ec '${script}'`;
}

/** Returns a shell expression for the file of an overlay network's namespace. */
export function overlayNamespace(network: string): string {
  return `$(ls -d ${NAMESPACES}/*-${network.slice(0, 10)})`;
}

/** Returns a shell command that runs a script in the network namespace of a container. */
export function inContainer(container: string, script: string): string {
  return `nsenter --net=/proc/$(docker inspect --format '{{.State.Pid}}' ${container})/ns/net sh -ec '${script}'`;
}

/** Returns a shell command that runs a script in the network namespace of every overlay network and container. */
function inEachNamespace(script: string): string {
  return `for namespace in ${NAMESPACES}/*; do nsenter --net="$namespace" sh -c '${script}'; done`;
}

/** Flushes the MAC addresses that containers have learned. Entries that an engine wrote are permanent and stay. */
export const flushLearnedMacs = inEachNamespace('ip neigh flush all');

/** Flushes the path MTUs that containers have learned. They would expire only after ten minutes. */
export const flushLearnedPathMtus = inEachNamespace('ip route flush cache');
