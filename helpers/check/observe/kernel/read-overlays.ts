import { firstLine } from '../../../process/errors/harness-error.ts';
import type { ForwardingEntry, KernelView, OverlayTables } from '../../model/views/kernel-view.ts';
import { type KernelAccess, query } from './query-kernel.ts';
import { readForwarding, readLinks, readNeighbors } from './ip-answers.ts';

/** The folders in which engines keep the namespaces of overlays. */
const NAMESPACE_FOLDERS = ['/run/docker/netns', '/var/run/docker/netns'];

/**
 * Reads the tables of every overlay of the host's kernel, including overlays unknown to its engine. A namespace is
 * named `N-ID`, cut after 12 characters; N grows each time the engine creates it, and the newest is in use.
 */
export async function readOverlays(
  access: KernelAccess,
): Promise<Pick<KernelView, 'overlays' | 'unreadOverlays'>> {
  const found = [...(await newestNamespaces(access))];
  const read = await Promise.allSettled(
    found.map(([idPrefix, namespace]) => readTables(access, idPrefix, namespace)),
  );
  return {
    overlays: read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    unreadOverlays: read.flatMap((one, index) => {
      const [idPrefix = '', namespace = ''] = found[index] ?? [];
      if (one.status === 'fulfilled') return [];
      return [{ idPrefix, namespace, why: firstLine(one.reason) }];
    }),
  };
}

async function readTables(
  access: KernelAccess,
  idPrefix: string,
  namespace: string,
): Promise<OverlayTables> {
  const inside = { path: namespace };
  const [links, forwarding, neighbors] = await Promise.all([
    query(access, inside, ['ip', '-j', '-d', '-s', 'address', 'show'], readLinks),
    query(access, inside, ['bridge', '-j', 'fdb', 'show'], readForwarding),
    query(access, inside, ['ip', '-4', '-j', 'neighbour', 'show'], readNeighbors),
  ]);
  const vxlans = links.flatMap(({ link, vxlan }) => {
    if (vxlan === undefined) return [];
    const own = forwarding.filter(({ device }) => device === link.name);
    return [{ ...link, ...vxlan, forwarding: own.map(withoutDevice) }];
  });
  const ofKind = (kind: string) => links.flatMap(({ link }) => (link.kind === kind ? [link] : []));
  const [bridges, ports] = [ofKind('bridge'), ofKind('veth')];
  return { idPrefix, namespace, vxlans, bridges, ports, neighbors };
}

function withoutDevice({
  device: _device,
  ...entry
}: ForwardingEntry & { readonly device: string }): ForwardingEntry {
  return entry;
}

/** Returns the newest namespace of each overlay, by the beginning of the overlay ID in its name. */
async function newestNamespaces(access: KernelAccess): Promise<Map<string, string>> {
  const newest = new Map<string, { readonly count: number; readonly path: string }>();
  for (const { name, path } of await listNamespaces(access)) {
    const [, count = '', idPrefix = ''] = /^(\d+)-(\w+)$/.exec(name) ?? [];
    if (idPrefix === '' || Number(count) <= (newest.get(idPrefix)?.count ?? 0)) continue;
    newest.set(idPrefix, { count: Number(count), path });
  }
  return new Map([...newest].map(([idPrefix, { path }]) => [idPrefix, path]));
}

/** The file of a namespace. */
export interface NamespaceFile {
  readonly name: string;
  readonly path: string;
}

/** The part of a network that a namespace holds. */
export type NamespaceRole = 'overlay' | 'load-balancer' | 'mesh';

/**
 * Returns the role of a namespace in a network, by the name of its file: `N-ID` is the overlay, `lb_ID` its load balancer,
 * each with the beginning of the ID, and `ingress_sbox` the routing mesh. Undefined for those of other networks.
 */
export function roleInNetwork(
  file: string,
  { id, ingress }: { readonly id: string; readonly ingress: boolean },
): NamespaceRole | undefined {
  if (ingress && file === 'ingress_sbox') return 'mesh';
  const [, kind, prefix = ''] = /^(\d+-|lb_)(\w{6,})$/.exec(file) ?? [];
  if (kind === undefined || !id.startsWith(prefix)) return undefined;
  return kind === 'lb_' ? 'load-balancer' : 'overlay';
}

/** Returns the files of all namespaces that the engine keeps: of containers, overlays and load balancers. */
export async function listNamespaces({ probe, signal }: KernelAccess): Promise<NamespaceFile[]> {
  for (const folder of NAMESPACE_FOLDERS) {
    // An engine that never had a container has no such folder.
    const names = await probe.list(folder, { signal }).catch(() => undefined);
    if (names !== undefined) return names.map((name) => ({ name, path: `${folder}/${name}` }));
  }
  return [];
}
