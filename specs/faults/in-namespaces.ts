/** Where an engine keeps the network namespaces of its overlays and of its containers. */
const NAMESPACES = '/var/run/docker/netns';

/**
 * A shell's line that runs a script in the namespace of that overlay on the machine. The number before the network's id
 * grows each time that an engine makes the namespace anew.
 */
export function inOverlay(network: string, script: string): string {
  return `nsenter --net=${overlayNamespace(network)} sh -ec '${script}'`;
}

/** The file of an overlay's namespace, as a shell finds it. */
export function overlayNamespace(network: string): string {
  return `$(ls -d ${NAMESPACES}/*-${network.slice(0, 10)})`;
}

/** A shell's line that runs a script in the network namespace of one container on the machine. */
export function inContainer(container: string, script: string): string {
  return `nsenter --net=/proc/$(docker inspect --format '{{.State.Pid}}' ${container})/ns/net sh -ec '${script}'`;
}

/** A shell's line that runs a script in the network namespace of each overlay and each container on the machine. */
function inEachNamespace(script: string): string {
  return `for namespace in ${NAMESPACES}/*; do nsenter --net="$namespace" sh -c '${script}'; done`;
}

/** Containers forget which MAC addresses they were told: what an engine put into tables is permanent, and stays. */
export const forgetLearntMacs = inEachNamespace('ip neigh flush all');

/** Containers forget how large a packet may be on its way. What was learnt of a path stays for ten minutes otherwise. */
export const forgetLearntSizes = inEachNamespace('ip route flush cache');
