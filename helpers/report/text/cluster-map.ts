import type { HostView, Observation } from '../../check/model/observation.ts';
import { networkEndpoints } from '../../check/model/inspected.ts';
import { endpointsOf, type OverlayEndpoint } from '../../check/derive/endpoints.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { ContainerFacts } from '../../docker/containers/container-facts.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** The observed cluster, for pictures and documents. It contains no secrets. */
export interface ClusterMap {
  readonly hosts: readonly MappedHost[];
  /** The key-value store of the cluster. */
  readonly keystore: MappedKeystore | undefined;
  /** Overlays, in order of their names. */
  readonly networks: readonly MappedNetwork[];
}

export interface MappedHost {
  readonly name: string;
  readonly address: string | undefined;
  /** `20.10.5` */
  readonly engineVersion: string | undefined;
  /** The reason why its engine was not queried. */
  readonly silence: string | undefined;
  readonly role: 'manager' | 'leader' | 'worker' | undefined;
  readonly containers: readonly MappedContainer[];
  /** The engine's own endpoints in a swarm, which balance the traffic of services. */
  readonly serviceEndpoints: readonly MappedEndpoint[];
}

export interface MappedEndpoint {
  readonly network: string;
  readonly address: string;
}

export interface MappedContainer {
  readonly name: string;
  readonly image: string;
  readonly status: string;
  /** Its endpoints. */
  readonly endpoints: readonly MappedEndpoint[];
  /** `8080 → 8080/tcp` */
  readonly ports: readonly string[];
}

export interface MappedKeystore {
  readonly version: string | undefined;
  /** `192.168.99.100:8500` */
  readonly address: string | undefined;
  readonly members: readonly string[];
  /** The reason why it was not queried. */
  readonly silence: string | undefined;
}

export interface MappedNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
  /** VXLAN network identifiers. */
  readonly vnis: readonly number[];
  /** Hosts whose engines know it. */
  readonly hosts: readonly string[];
  /** The services of a swarm on it, in order of their names; absent without services. */
  readonly services?: readonly MappedService[];
}

export interface MappedService {
  readonly name: string;
  /** Its virtual address; absent with endpoint mode `dnsrr`. */
  readonly address?: string;
  /** The number of running tasks. */
  readonly tasks: number;
}

export function mapCluster(observation: Observation): ClusterMap {
  const endpoints = endpointsOf(observation);
  return {
    hosts: observation.hosts.map((host) => mapHost(host, observation, endpoints)),
    keystore: mapKeystore(observation),
    networks: mapNetworks(observation),
  };
}

function mapKeystore({ store }: Observation): MappedKeystore | undefined {
  if ('missing' in store) {
    // A swarm has none; an unrequested store is not shown.
    if (store.because !== 'failed') return undefined;
    return { version: undefined, address: undefined, members: [], silence: store.missing };
  }
  const { version, store: where, members } = store.value;
  return {
    version,
    address: `${where.address}:${where.port}`,
    members: members.map(({ advertised }) => advertised),
    silence: undefined,
  };
}

function mapHost(
  host: HostView,
  observation: Observation,
  endpoints: readonly OverlayEndpoint[],
): MappedHost {
  const { name, address, engine } = host;
  const view = valueOf(engine);
  return {
    name,
    address,
    engineVersion: view?.info.serverVersion,
    silence: 'missing' in engine ? withoutName(engine.missing, name) : undefined,
    role: roleOf(host, observation),
    containers: (view?.containers ?? []).map((container) => ({
      name: container.name,
      image: container.image,
      status: container.status,
      endpoints: endpoints
        .filter(({ containerId }) => containerId === container.id)
        .map((one) => ({ network: one.network, address: one.address })),
      ports: portsOf(container),
    })),
    serviceEndpoints: (view?.networks ?? []).flatMap((network) => serviceEndpointsOf(network)),
  };
}

function serviceEndpointsOf({ name: network, driver, raw }: NetworkFacts): MappedEndpoint[] {
  if (driver !== 'overlay') return [];
  return Object.entries(networkEndpoints.safeParse(raw).data?.Containers ?? {})
    .filter(([id]) => id.startsWith('lb-') || id === 'ingress-sbox')
    .map(([, { IPv4Address }]) => ({ network, address: IPv4Address.replace(/\/.*/, '') }));
}

/** Removes a host's name from the beginning of a reason that is shown at the host. */
function withoutName(reason: string, name: string): string {
  return reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
}

function roleOf({ engine }: HostView, { swarm }: Observation): MappedHost['role'] {
  const own = valueOf(engine)?.info.swarmNode;
  if (own === undefined) return undefined;
  if (!own.isManager) return 'worker';
  const node = valueOf(swarm)?.nodes.find(({ id }) => id === own.id);
  return node?.manager?.leader === true ? 'leader' : 'manager';
}

/** An engine says one port twice where it listens on IPv4 and IPv6. */
function portsOf({ ports }: ContainerFacts): string[] {
  const all = Object.entries(ports).flatMap(([inside, outside]) =>
    outside.map(({ port }) => `${port} → ${inside}`),
  );
  return [...new Set(all)];
}

function mapNetworks(observation: Observation): MappedNetwork[] {
  const networks = new Map<string, MappedNetwork>();
  const add = (one: MappedNetwork) => {
    const known = networks.get(one.id);
    networks.set(one.id, {
      ...one,
      subnets: union(known?.subnets, one.subnets),
      // An unused network has none: 0.
      vnis: union(known?.vnis, one.vnis).filter((vni) => vni > 0),
      hosts: union(known?.hosts, one.hosts),
    });
  };
  for (const { name: host, engine } of observation.hosts) {
    for (const { id, name, driver, subnets } of valueOf(engine)?.networks ?? []) {
      if (driver === 'overlay') add({ id, name, subnets, vnis: [], hosts: [host] });
    }
  }
  const written = [
    ...(valueOf(observation.store)?.networks ?? []),
    ...(valueOf(observation.swarm)?.networks ?? []),
  ];
  for (const { id, name, subnets, vnis } of written) add({ id, name, subnets, vnis, hosts: [] });
  return [...networks.values()]
    .map((network) => ({ ...network, ...mapServices(network.id, observation) }))
    .sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

function mapServices(network: string, { swarm }: Observation): Pick<MappedNetwork, 'services'> {
  const { services = [], tasks = [] } = valueOf(swarm) ?? {};
  const mapped = services.flatMap(({ id, name, virtualAddresses }): MappedService[] => {
    const address = virtualAddresses[network];
    const running = tasks.filter(
      ({ serviceId, state, addressesById }) =>
        serviceId === id && state === 'running' && addressesById[network] !== undefined,
    );
    if (address === undefined && running.length === 0) return [];
    return [{ name, ...omitUndefined({ address }), tasks: running.length }];
  });
  const inOrder = mapped.toSorted((one, other) => one.name.localeCompare(other.name, 'en'));
  return inOrder.length === 0 ? {} : { services: inOrder };
}

function union<T>(known: readonly T[] | undefined, more: readonly T[]): T[] {
  return [...new Set([...(known ?? []), ...more])];
}
