import type { QueriedHost } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import type { TracePlace } from '../model/trace.ts';
import type { KernelAccess } from '../observe/kernel/query-kernel.ts';
import {
  listNamespaces,
  type NamespaceFile,
  roleInNetwork,
} from '../observe/kernel/read-overlays.ts';
import type { Namespace } from '../probe/namespace.ts';
import type { ResolvedEnds } from './resolve-ends.ts';

/** A namespace in which a trace records packets. */
export interface FollowedPlace {
  readonly place: TracePlace;
  readonly namespace: Namespace;
}

/**
 * Returns the namespaces on one host through which the packet may pass: of the host, the ends, their overlay networks, and
 * of load balancers.
 */
export async function choosePlaces(
  host: QueriedHost,
  access: KernelAccess,
  ends: ResolvedEnds,
): Promise<FollowedPlace[]> {
  const { name } = host;
  const networks = valueOf(host.engine)?.networks ?? [];
  const endpoints = [...(ends.sender === undefined ? [] : [ends.sender]), ...ends.servers];
  const isPublished = ends.network === undefined || ends.to.host !== undefined;
  const wanted = new Set([
    ...(ends.network === undefined ? [] : [ends.network.id]),
    ...(isPublished && ends.receiver === undefined
      ? networks.filter(({ ingress }) => ingress).map(({ id }) => id)
      : []),
  ]);
  const containers = new Map(
    endpoints.filter((one) => one.host === name).map((one) => [one.pid, one.container]),
  );
  const files = await listNamespaces(access);
  const known = networks.filter(({ id }) => wanted.has(id));
  return [
    { place: { host: name, kind: 'host', name }, namespace: 'host' },
    ...[...containers].map(
      ([pid, container]): FollowedPlace => ({
        place: { host: name, kind: 'container', name: container },
        namespace: { pid },
      }),
    ),
    ...known.flatMap((network) => [
      ...overlayOf(name, network, files),
      ...(ends.receiver === undefined ? balancersOf(name, network, files) : []),
    ]),
  ];
}

interface Network {
  readonly id: string;
  readonly name: string;
  readonly ingress: boolean;
}

function overlayOf(
  host: string,
  network: Network,
  files: readonly NamespaceFile[],
): FollowedPlace[] {
  const { id, name } = network;
  const isThere = files.some((file) => roleInNetwork(file.name, network) === 'overlay');
  const place = { host, kind: 'overlay', name, networkId: id } as const;
  return isThere ? [{ place, namespace: { overlay: id } }] : [];
}

function balancersOf(
  host: string,
  network: Network,
  files: readonly NamespaceFile[],
): FollowedPlace[] {
  const { id, name } = network;
  return files.flatMap(({ name: file, path }): FollowedPlace[] => {
    const kind = roleInNetwork(file, network);
    if (kind === undefined || kind === 'overlay') return [];
    return [{ place: { host, kind, name, networkId: id }, namespace: { path } }];
  });
}
