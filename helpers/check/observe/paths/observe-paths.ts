import { vxlanPortOf } from '../../derive/vxlan-port.ts';
import { randomBytes } from 'node:crypto';
import { endpointsToProbe } from '../../derive/endpoints.ts';
import {
  type Observed,
  withValue,
  type Missing,
  withoutValue,
  valueOf,
} from '../../model/observed.ts';
import { ownAddresses } from '../../derive/own-addresses.ts';
import type { KernelView } from '../../model/views/kernel-view.ts';
import type { PathsView } from '../../model/views/paths-view.ts';
import {
  type QueriedCluster,
  privilegedProbeOn,
  probeOn,
  type ObservationContext,
} from '../observation-context.ts';
import type { QueriedHost } from '../../model/observation.ts';
import { countNeighbors } from './plan/neighbors.ts';
import { probePaths, type PathsPlan } from './probe-paths.ts';

/** Sends live probes between hosts and between containers. */
export async function observePaths(
  cluster: QueriedCluster,
  context: ObservationContext,
  kernel: (host: QueriedHost) => Observed<KernelView>,
): Promise<Observed<PathsView>> {
  const probes = cluster.hosts.map((host) => ({ host, probe: probeOn(context, host.name) }));
  const views = cluster.hosts.map((host) => ({ ...host, kernel: kernel(host) }));
  const usualPort = vxlanPortOf({ hosts: views });
  const hosts = probes.flatMap(({ host, probe }): PathsPlan['hosts'][number][] => {
    if ('missing' in probe) return [];
    const { name, address } = host;
    const vxlanPort = vxlansOf(kernel(host))[0]?.port ?? usualPort;
    const addresses = ownAddresses({ ...host, kernel: kernel(host) }, views);
    return [{ host: name, address, addresses, probe: probe.value, vxlanPort }];
  });
  const [first] = probes;
  if (hosts.length === 0) {
    return first === undefined || 'value' in first.probe ? withoutValue('no hosts') : first.probe;
  }
  const { timing = false, maxPairs } = context.options;
  const neighbors = context.options.neighbors ?? countNeighbors(cluster.hosts.length);
  const plan = { ...planFor(cluster, context, kernel), hosts, maxPairs, timing, neighbors };
  const view = await probePaths(plan);
  const without = probes.flatMap(({ host, probe }) =>
    'missing' in probe ? [`${host.name}: ${probe.missing}`] : [],
  );
  const outside = outsideOf(cluster, context);
  const isLimited = neighbors < cluster.hosts.length - 1;
  return withValue({
    ...view,
    outside,
    ...(isLimited ? { neighbors } : {}),
    untried: [...without, ...view.untried],
  });
}

/** Returns the reason why no probe may enter containers, if none may. */
function outsideOf({ hosts }: QueriedCluster, context: ObservationContext): Missing | undefined {
  const [first] = hosts.flatMap(({ name }) => {
    const probe = privilegedProbeOn(context, name);
    return 'missing' in probe && probe.because === 'not-requested' ? [probe] : [];
  });
  return first;
}

function planFor(
  { kind, hosts }: QueriedCluster,
  context: ObservationContext,
  kernel: (host: QueriedHost) => Observed<KernelView>,
): Omit<PathsPlan, 'hosts' | 'maxPairs' | 'timing' | 'neighbors'> {
  const entered = new Set(
    hosts.flatMap(({ name }) => ('value' in privilegedProbeOn(context, name) ? [name] : [])),
  );
  const encrypted = new Set(hosts.flatMap(encryptedNetworksOf));
  return {
    run: randomBytes(4).toString('hex'),
    kind,
    endpoints: endpointsToProbe({ hosts }).filter(({ host }) => entered.has(host)),
    managers: managersOf(hosts),
    kernels: kernelsOf(hosts, kernel),
    isEncrypted: (networkId) => encrypted.has(networkId),
    vniOf: (name, networkId) => {
      const host = hosts.find((one) => one.name === name);
      if (host === undefined || encrypted.has(networkId)) return undefined;
      // An overlay of several subnets has a device for each, and nothing here says which is whose.
      const [vxlan, another] = vxlansOf(kernel(host), networkId);
      return another === undefined ? vxlan?.vni : undefined;
    },
  };
}

/** Returns the neighbor table capacity of kernels. */
function kernelsOf(
  hosts: readonly QueriedHost[],
  kernel: (host: QueriedHost) => Observed<KernelView>,
): PathsPlan['kernels'] {
  return new Map(
    hosts.flatMap((host) => {
      const { before } = valueOf(kernel(host))?.neighborTable ?? {};
      return before === undefined ? [] : [[host.name, before] as const];
    }),
  );
}

function vxlansOf(kernel: Observed<KernelView>, networkId?: string) {
  return (valueOf(kernel)?.overlays ?? [])
    .filter(({ idPrefix }) => networkId === undefined || networkId.startsWith(idPrefix))
    .flatMap(({ vxlans }) => vxlans);
}

function encryptedNetworksOf({ engine }: QueriedHost): string[] {
  const networks = valueOf(engine)?.networks ?? [];
  return networks.flatMap(({ id, options }) => ('encrypted' in options ? [id] : []));
}

/** The managers of a swarm among the hosts, each where the others find it. */
function managersOf(hosts: readonly QueriedHost[]): PathsPlan['managers'] {
  const views = hosts.map((host) => ({ host, node: valueOf(host.engine)?.info.swarmNode }));
  const known = new Set(views.flatMap(({ node }) => node?.managers ?? []));
  return [...known].sort().flatMap((place) => {
    const [address = '', port] = place.split(':');
    const manager = views.find(({ node }) => node?.address === address);
    return manager === undefined ? [] : [{ host: manager.host.name, address, port: Number(port) }];
  });
}
