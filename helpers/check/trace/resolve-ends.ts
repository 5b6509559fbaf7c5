import { isIPv4 } from 'node:net';
import { isContainer, splitPlace } from '../../docker/containers/container-names.ts';
import { endpointsOf, meshIdsOf, type OverlayEndpoint } from '../derive/endpoints.ts';
import { nameOfTask } from '../derive/balanced-services.ts';
import type { QueriedHost } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import type { SwarmView } from '../model/views/swarm-view.ts';
import type { TraceEnd, TracedProtocol } from '../model/trace.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { suggestName } from '../../process/text/suggest-name.ts';

/** The words of a trace, before anything is known about the cluster. */
export interface TraceRequest {
  /** Undefined for this computer. */
  readonly from: string | undefined;
  readonly to: string;
  /** Undefined for an ICMP echo. */
  readonly port: number | undefined;
  readonly protocol: TracedProtocol;
  /** The name of the network to use. */
  readonly network: string | undefined;
}

/** The resolved ends of a trace. */
export interface ResolvedEnds {
  readonly from: TraceEnd;
  readonly to: TraceEnd;
  /** The endpoint of the sending container; undefined for hosts. */
  readonly sender: OverlayEndpoint | undefined;
  readonly receiver: OverlayEndpoint | undefined;
  readonly network: { readonly id: string; readonly name: string } | undefined;
  /** The endpoints that may get the packet in the end: those of a service's tasks. */
  readonly servers: readonly OverlayEndpoint[];
}

interface Cluster {
  readonly hosts: readonly QueriedHost[];
  readonly swarm: SwarmView | undefined;
}

/** Finds the ends of a trace among the hosts, containers and services. A wrong or unclear name is an InputError. */
export function resolveEnds(request: TraceRequest, cluster: Cluster): ResolvedEnds {
  const all = endpointsOf(cluster);
  const from = resolveFrom(request, cluster, all);
  const to = resolveTo(request, cluster, all);
  if ('host' in from || 'host' in to || 'address' in to) {
    return betweenHosts(request, from, to, cluster, all);
  }
  const network = commonNetwork(request, from.endpoints, to, meshIdsOf(cluster));
  const sender = from.endpoints.find(({ networkId }) => networkId === network.id);
  const servers = to.endpoints.filter(({ networkId }) => networkId === network.id);
  const [receiver] = servers;
  const virtual = to.service && cluster.swarm?.services?.find(({ name }) => name === to.service);
  const address = (virtual && virtual.virtualAddresses[network.id]) ?? receiver?.address;
  if (sender === undefined || address === undefined) throw unknown(request.to, cluster, all);
  const isVirtual = address !== receiver?.address || to.service !== undefined;
  return {
    from: endOf(request.from ?? '', sender, from.service),
    to: isVirtual
      ? { name: request.to, host: undefined, container: undefined, service: to.service, address }
      : endOf(request.to, receiver, undefined),
    sender,
    receiver: isVirtual ? undefined : receiver,
    network,
    servers,
  };
}

interface Named {
  /** All endpoints of one container, or of the containers of one service. */
  readonly endpoints: readonly OverlayEndpoint[];
  readonly service: string | undefined;
}

function resolveFrom(
  { from }: TraceRequest,
  cluster: Cluster,
  all: readonly OverlayEndpoint[],
): Named | { readonly host: QueriedHost | undefined } {
  if (from === undefined) return { host: undefined };
  const named = findNamed(from, cluster, all);
  if (named === undefined || 'address' in named) throw unknown(from, cluster, all);
  if ('host' in named) return named;
  // Of a service, one container sends.
  const [first] = named.endpoints;
  return {
    ...named,
    endpoints: named.endpoints.filter(({ containerId }) => containerId === first?.containerId),
  };
}

function resolveTo({ to }: TraceRequest, cluster: Cluster, all: readonly OverlayEndpoint[]): Found {
  const named = findNamed(to, cluster, all);
  if (named === undefined) throw unknown(to, cluster, all);
  return named;
}

type Found =
  | Named
  | { readonly host: QueriedHost }
  | { readonly address: string; readonly service: string | undefined };

/** Finds a container, a service, a host or an address, in this order. */
function findNamed(
  word: string,
  cluster: Cluster,
  all: readonly OverlayEndpoint[],
): Found | undefined {
  const { host: hostName, name } = splitPlace(word);
  const candidates = all.filter(({ host }) => hostName === undefined || host === hostName);
  const exact = candidates.filter(
    ({ container, containerId, address }) =>
      address === name || isContainer(name, { id: containerId, name: container }),
  );
  if (exact.length > 0) return { endpoints: onlyContainer(word, exact), service: undefined };
  const service = cluster.swarm?.services?.find((one) => one.name === name);
  if (service !== undefined) {
    const tasks = (cluster.swarm?.tasks ?? []).filter(({ serviceId }) => serviceId === service.id);
    const names = new Set(tasks.map((task) => nameOfTask(task, service.name)));
    return {
      endpoints: candidates.filter(({ container }) => names.has(container)),
      service: service.name,
    };
  }
  const host = cluster.hosts.find((one) => one.name === word || one.address === word);
  if (host !== undefined) return { host };
  if (!isIPv4(word)) return undefined;
  const owner = cluster.swarm?.services?.find(({ virtualAddresses }) =>
    Object.values(virtualAddresses).includes(word),
  );
  return { address: word, service: owner?.name };
}

/** Refuses a name that containers of several hosts have. */
function onlyContainer(
  word: string,
  found: readonly OverlayEndpoint[],
): readonly OverlayEndpoint[] {
  const places = [...new Set(found.map(({ host, container }) => `${host}/${container}`))];
  if (places.length === 1) return found;
  throw new InputError({
    code: 'name-ambiguous',
    subject: word,
    observed: `${places.length} containers have this name or address`,
    hint: `name one of ${places.join(', ')}`,
  });
}

function commonNetwork(
  { from, to: word, network: wanted }: TraceRequest,
  senders: readonly OverlayEndpoint[],
  to: Named,
  meshes: ReadonlySet<string>,
): { id: string; name: string } {
  const shared = senders.filter(
    ({ networkId, network }) =>
      to.endpoints.some((one) => one.networkId === networkId) &&
      // The routing mesh leads to containers only: engines drop packets that containers send there.
      (!meshes.has(networkId) || network === wanted),
  );
  const names = [...new Set(shared.map(({ network }) => network))];
  const chosen = shared.find(({ network }) => wanted === undefined || network === wanted);
  if (chosen !== undefined) return { id: chosen.networkId, name: chosen.network };
  if (wanted !== undefined && names.length > 0) {
    throw new InputError({
      code: 'name-unknown',
      subject: '--network',
      observed: `${from} and ${word} do not share a network "${wanted}"`,
      hint: suggestName(wanted, names, 'networks'),
    });
  }
  throw new InputError({
    code: 'network-unknown',
    subject: 'trace',
    observed: `${from} (${networksOf(senders)}) and ${word} (${networksOf(to.endpoints)}) have no overlay network in common`,
    hint: 'connect one of them with "docker network connect", or name other containers',
  });
}

function networksOf(endpoints: readonly OverlayEndpoint[]): string {
  return [...new Set(endpoints.map(({ network }) => network))].join(', ') || 'no overlay network';
}

function betweenHosts(
  request: TraceRequest,
  from: Named | { readonly host: QueriedHost | undefined },
  to: Found,
  cluster: Cluster,
  all: readonly OverlayEndpoint[],
): ResolvedEnds {
  const sender = 'host' in from ? undefined : from.endpoints[0];
  const start: TraceEnd =
    'host' in from
      ? {
          name: request.from ?? 'here',
          host: from.host?.name,
          container: undefined,
          service: undefined,
          address: from.host?.address ?? '0.0.0.0',
        }
      : endOf(request.from ?? '', sender, from.service);
  const end = hostEnd(request, to, cluster, all);
  const services = (cluster.swarm?.services ?? []).filter(({ ports }) =>
    ports.some(({ published }) => published === request.port),
  );
  const [service] = services;
  const tasks = (cluster.swarm?.tasks ?? []).filter(({ serviceId }) => serviceId === service?.id);
  const names = new Set(service && tasks.map((task) => nameOfTask(task, service.name)));
  return {
    from: start,
    to: 'endpoints' in to ? end : { ...end, service: end.service ?? service?.name },
    sender,
    receiver: undefined,
    network: sender && { id: sender.networkId, name: sender.network },
    servers: [
      ...('endpoints' in to ? to.endpoints : []),
      ...all.filter(({ container }) => names.has(container)),
      ...publishing(request.port, end.host, cluster, all),
    ],
  };
}

/** The endpoints of containers that publish the port on their host themselves. */
function publishing(
  port: number | undefined,
  host: string | undefined,
  { hosts }: Cluster,
  all: readonly OverlayEndpoint[],
): OverlayEndpoint[] {
  const facts = valueOf(hosts.find(({ name }) => name === host)?.engine)?.containers ?? [];
  const ids = new Set(
    facts
      .filter(({ ports }) =>
        Object.values(ports).some((some) => some.some((one) => one.port === port)),
      )
      .map(({ id }) => id),
  );
  return all.filter(({ containerId }) => ids.has(containerId));
}

function hostEnd(
  { to: word }: TraceRequest,
  to: Found,
  cluster: Cluster,
  all: readonly OverlayEndpoint[],
): TraceEnd {
  const none = { container: undefined, service: undefined };
  if ('host' in to) {
    const { name: host, address } = to.host;
    if (address !== undefined) return { name: word, host, ...none, address };
    throw new InputError({
      code: 'host-unknown',
      subject: word,
      observed: `the address of ${host} is unknown`,
      hint: 'name its address instead',
    });
  }
  if ('address' in to) {
    return { name: word, host: undefined, ...none, service: to.service, address: to.address };
  }
  const [endpoint] = to.endpoints;
  if (endpoint === undefined) throw unknown(word, cluster, all);
  return endOf(word, endpoint, to.service);
}

function endOf(name: string, endpoint: OverlayEndpoint | undefined, service: string | undefined) {
  return {
    name,
    host: endpoint?.host,
    container: endpoint?.container,
    service,
    address: endpoint?.address ?? '',
  };
}

function unknown(word: string, { hosts, swarm }: Cluster, all: readonly OverlayEndpoint[]) {
  const services = (swarm?.services ?? []).map(({ name }) => name);
  const names = [...all.map(({ container }) => container), ...services, ...hosts.map(nameOf)];
  const service = swarm?.services?.find(({ name }) => name === word);
  return new InputError({
    code: 'name-unknown',
    subject: 'trace',
    observed:
      service === undefined
        ? `no running container on an overlay network, service or host is called "${word}"`
        : `service ${word} has no running container on an examined host`,
    hint: suggestName(word, names, 'names'),
  });
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
