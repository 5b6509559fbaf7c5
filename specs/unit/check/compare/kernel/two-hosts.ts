import type { HostState } from '../../../../../helpers/check/model/views/host-state.ts';
import { readDockerRules } from '../../../../../helpers/check/observe/kernel/docker-rules.ts';
import type { HostView, Observation } from '../../../../../helpers/check/model/observation.ts';
import type { EngineView } from '../../../../../helpers/check/model/views/engine-view.ts';
import type {
  ForwardingEntry,
  KernelView,
  LinkView,
  NeighborEntry,
  OverlayTables,
} from '../../../../../helpers/check/model/views/kernel-view.ts';
import type { PathsView, Trial } from '../../../../../helpers/check/model/views/paths-view.ts';
import { withValue } from '../../../../../helpers/check/model/observed.ts';
import type { ContainerFacts } from '../../../../../helpers/docker/containers/container-facts.ts';
import { engineOf, hostOf, observationOf, overlayOf } from '../../observation.ts';

// The tutorial's cluster: tomcat-app on master-host, mysqlserver on worker-host, both on my-net.
export const NETWORK_ID = 'f65940ce7fff1cf7a33bf54c4ea1696a15754741036c0f908a5a0a85f5db6318';
export const NAMESPACE = '/run/docker/netns/1-f65940ce7f';
const TOMCAT = { address: '10.0.9.2', mac: '02:42:0a:00:09:02' };
export const MYSQL = { address: '10.0.9.3', mac: '02:42:0a:00:09:03' };
export const MASTER = '192.168.99.101';
export const WORKER = '192.168.99.102';

export function written(mac: string, destination: string): ForwardingEntry {
  return { mac, destination, isPermanent: true };
}

export function learnt(mac: string, destination: string): ForwardingEntry {
  return { mac, destination, isPermanent: false };
}

/** Returns the bridge's half of a forwarding entry. */
export function half(mac: string): ForwardingEntry {
  return { mac, destination: undefined, isPermanent: false };
}

export function neighbour(address: string, mac: string): NeighborEntry {
  return { address, device: 'vxlan0', mac, state: 'PERMANENT' };
}

export function link(name: string, parts: Partial<LinkView> = {}): LinkView {
  const none = { packets: 0, dropped: 0, errors: 0 };
  const rest = { mac: '8a:30:6b:78:74:c4', isUp: true, received: none, sent: none };
  return { name, kind: '', mtu: 1500, addresses: [], ...rest, ...parts };
}

export interface Tables {
  readonly forwarding?: readonly ForwardingEntry[];
  readonly neighbours?: readonly NeighborEntry[];
  readonly vni?: number;
  readonly isUp?: boolean;
  readonly mtu?: number;
}

function tables({ forwarding = [], neighbours = [], ...vxlan }: Tables): OverlayTables {
  const { vni = 256, isUp = true, mtu = 1450 } = vxlan;
  const device = link('vxlan0', { kind: 'vxlan', isUp, mtu });
  return {
    idPrefix: 'f65940ce7f',
    namespace: NAMESPACE,
    vxlans: [{ ...device, vni, port: 4789, local: undefined, forwarding }],
    bridges: [link('br0', { kind: 'bridge', mtu: 1450, addresses: ['10.0.9.1/24'] })],
    ports: [link('veth0', { kind: 'veth', mtu: 1450 })],
    neighbors: neighbours,
  };
}

/** The entries for mysqlserver that master-host must have. */
export const whole: Tables = {
  forwarding: [half(MYSQL.mac), written(MYSQL.mac, WORKER)],
  neighbours: [neighbour(MYSQL.address, MYSQL.mac)],
};

export interface Changes {
  /** The tables of master-host. Default: `whole`. */
  readonly master?: Tables;
  /** The tables after the live probes. Absent if they were not observed again. */
  readonly later?: Tables;
  readonly kernel?: Partial<KernelView>;
  readonly kind?: Observation['kind'];
  readonly trials?: readonly Trial[];
  readonly paths?: Partial<PathsView>;
  /** Changes of the engine of master-host. */
  readonly engine?: Partial<Pick<EngineView, 'networks' | 'containers'>>;
  readonly rest?: Partial<Observation>;
}

/** Returns two correct hosts, with changes on master-host. */
export function twoHosts(changes: Changes = {}): Observation {
  const { master = whole, later, kernel, kind = 'key-value', trials = [], engine, rest } = changes;
  const worker = tables({
    forwarding: [written(TOMCAT.mac, MASTER)],
    neighbours: [neighbour(TOMCAT.address, TOMCAT.mac)],
  });
  const paths: PathsView = {
    hostTrials: [],
    gossip: [],
    managers: [],
    tunnels: [],
    trials,
    isolation: [],
    checksumErrors: [],
    untried: [],
    pairs: { all: 2, probed: 2 },
    ...changes.paths,
  };
  return observationOf({
    kind,
    hosts: [
      host('master-host', MASTER, container('tomcat-app', TOMCAT), engine, {
        ...kernelView(MASTER, TOMCAT, tables(master)),
        later: later === undefined ? undefined : [tables(later)],
        ...kernel,
      }),
      host(
        'worker-host',
        WORKER,
        container('mysqlserver', MYSQL),
        {},
        {
          ...kernelView(WORKER, MYSQL, worker),
          later: later === undefined ? undefined : [worker],
        },
      ),
    ],
    paths: withValue(paths),
    ...rest,
  });
}

function host(
  name: string,
  address: string,
  running: ContainerFacts,
  { networks = [], containers = [] }: Changes['engine'] = {},
  kernel: KernelView,
): HostView {
  return hostOf(name, {
    address,
    kernel: withValue(kernel),
    engine: engineOf({
      networks: [overlayOf('my-net', NETWORK_ID, '10.0.9.0/24'), ...networks],
      containers: [running, ...containers],
    }),
  });
}

export function container(
  name: string,
  { address, mac }: { readonly address: string; readonly mac: string },
  parts: Partial<ContainerFacts> = {},
): ContainerFacts {
  const end = { networkId: NETWORK_ID, endpointId: `end of ${name}`, address, mac };
  return {
    id: `id of ${name}`,
    name,
    status: 'running',
    running: true,
    exitCode: 0,
    error: '',
    pid: 4711,
    startedAt: '',
    restartCount: 0,
    image: '',
    imageId: '',
    hostname: name,
    terminal: false,
    labels: {},
    env: [],
    networks: { 'my-net': { ...end, prefixLength: 24, gateway: '', aliases: [] } },
    ports: {},
    hostConfig: {},
    raw: {},
    ...parts,
  };
}

const jumps =
  '*filter\n-A FORWARD -j DOCKER-FORWARD\nCOMMIT\n*nat\n-A PREROUTING -j DOCKER\nCOMMIT\n';

const hostState: HostState = {
  forwards: true,
  connections: { count: 36, capacity: 262_144, dropped: 0 },
  configuresLiveRestore: false,
  docker: {
    backends: [readDockerRules('iptables-nft', jumps)],
    usesNftables: false,
    isUnmanaged: false,
  },
};

function kernelView(
  address: string,
  own: { readonly address: string },
  overlay: OverlayTables,
): KernelView {
  const name = own === TOMCAT ? 'tomcat-app' : 'mysqlserver';
  const links = [link('eth0', { mtu: 1450, addresses: [`${own.address}/24`] })];
  return {
    overlays: [overlay],
    unreadOverlays: [],
    later: undefined,
    links: [
      link('eth1', { addresses: [`${address}/24`] }),
      link('docker_gwbridge', { kind: 'bridge', addresses: ['172.18.0.1/16'] }),
    ],
    hostVxlans: [],
    host: { before: hostState, after: undefined },
    routes: [],
    firewall: withValue([]),
    carrier: 'eth1',
    offload: withValue({}),
    containers: [
      { containerId: `id of ${name}`, links, routes: [], nameServers: [], hostsFile: [] },
    ],
    unreadContainers: [],
  };
}

/** Returns a request from tomcat-app to mysqlserver that was lost or answered. */
export function trial(isAnswered: boolean): Trial {
  return {
    network: 'my-net',
    networkId: NETWORK_ID,
    from: { host: 'master-host', container: 'tomcat-app', address: TOMCAT.address },
    to: { host: 'worker-host', container: 'mysqlserver', address: MYSQL.address },
    protocol: 'icmp',
    size: 84,
    arrived: isAnswered,
    answered: isAnswered,
    answeredFrom: undefined,
    error: undefined,
    milliseconds: undefined,
    sightings: [],
  };
}
