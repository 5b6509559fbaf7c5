/** A network namespace of the host that a probe is on. */
export type Namespace =
  /** The host's own. */
  | 'host'
  /** That of a process of the host: a container's. */
  | { readonly pid: number }
  /** That of an overlay network, with its bridge and its vxlan0, by the network's id. */
  | { readonly overlay: string }
  /** Any other, by its file on the host: `/run/docker/netns/…`. */
  | { readonly path: string };

/** The namespace in the agent's words. */
export function wordOf(namespace: Namespace): string {
  if (namespace === 'host') return 'host';
  if ('pid' in namespace) return `pid:${namespace.pid}`;
  if ('overlay' in namespace) return `overlay:${namespace.overlay}`;
  return `path:${namespace.path}`;
}
