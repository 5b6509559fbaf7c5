import type { HostView, Observation } from '../../../helpers/check/model/observation.ts';
import type { EngineView } from '../../../helpers/check/model/views/engine-view.ts';
import type { KernelView } from '../../../helpers/check/model/views/kernel-view.ts';
import { withValue, type Value, withoutValue } from '../../../helpers/check/model/observed.ts';
import type { EngineInfo } from '../../../helpers/docker/info.ts';
import type { NetworkFacts, NetworkMember } from '../../../helpers/docker/networks.ts';

/** Returns an observation in which only these parts have a value. */
export function observationOf(parts: Partial<Observation>): Observation {
  const nothing = withoutValue('not looked at', 'not-requested');
  return {
    target: 'a cluster',
    kind: 'unknown',
    isComplete: true,
    expectations: {},
    hosts: [],
    store: nothing,
    swarm: nothing,
    names: nothing,
    serviceNames: nothing,
    serviceConnections: nothing,
    paths: nothing,
    application: nothing,
    notRemoved: [],
    ...parts,
  };
}

/** Returns a host of which only these parts have a value. */
export function hostOf(name: string, parts: Partial<HostView> = {}): HostView {
  const nothing = withoutValue('not looked at', 'not-requested');
  return {
    name,
    address: undefined,
    engine: nothing,
    pulse: 'answers',
    reach: nothing,
    gossip: nothing,
    kernel: nothing,
    balancing: nothing,
    ...parts,
  };
}

/** Returns the data of a kernel without objects, except these. */
export function kernelOf(parts: Partial<KernelView> = {}): Value<KernelView> {
  return withValue({
    overlays: [],
    unreadOverlays: [],
    later: undefined,
    links: [],
    routes: [],
    firewall: withValue([]),
    carrier: undefined,
    offload: withValue({}),
    containers: [],
    unreadContainers: [],
    ...parts,
  });
}

/** Returns the data of an engine without objects, except these. */
export function engineOf({
  info,
  ...parts
}: Partial<Omit<EngineView, 'info'>> & { info?: Partial<EngineInfo> } = {}): Value<EngineView> {
  return withValue({
    info: {
      id: 'ABCD',
      name: 'host',
      serverVersion: '20.10.5',
      kernelVersion: '6.1',
      operatingSystem: 'Debian',
      architecture: 'x86_64',
      storageDriver: 'overlay2',
      labels: [],
      clusterStore: undefined,
      clusterAdvertise: undefined,
      swarm: 'inactive',
      swarmNode: undefined,
      swarmError: '',
      liveRestore: false,
      containersRunning: 0,
      rootFolder: '/var/lib/docker',
      systemTime: '2026-11-27T18:30:00Z',
      warnings: [],
      systemStatus: [],
      ...info,
    },
    networks: [],
    containers: [],
    refusedClients: [],
    ...parts,
  });
}

/** Returns an overlay network of a key-value cluster, as an engine reports it. */
export function overlayOf(
  name: string,
  id: string,
  subnet: string,
  parts: Partial<NetworkFacts> = {},
): NetworkFacts {
  return {
    name,
    id,
    subnet,
    driver: 'overlay',
    scope: 'global',
    subnets: [subnet],
    gateway: undefined,
    attachable: false,
    internal: false,
    ingress: false,
    options: {},
    labels: {},
    containers: [],
    tasks: [],
    peers: [],
    peersWithoutAddress: 0,
    raw: {},
    ...parts,
  };
}

/** A container of the queried engine on an overlay, 10.0.9.3. */
export const localMember: NetworkMember = {
  id: 'id-of-shop',
  name: 'shop',
  endpointId: 'end-of-shop',
  address: '10.0.9.3',
  mac: '02:42:0a:00:09:03',
  local: true,
};
