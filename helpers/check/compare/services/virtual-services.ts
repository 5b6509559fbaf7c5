import { isIPv4 } from 'node:net';
import { markOf, servicesOnHosts, type ServiceOnHost } from '../../derive/balanced-services.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { BalancerPart } from '../../model/difference-values.ts';
import type { BalancerTables, VirtualService } from '../../model/views/balancing-view.ts';
import { lacksIpvs } from './kernel-support.ts';
import { balancersInWords, servicesOutcome } from './services-outcome.ts';

/** Every load balancer has all parts that lead packets for a service to its tasks, at the first or the second read. */
export const virtualServices: Comparison = {
  name: 'virtual-services',
  title: 'every load balancer answers at the virtual addresses of the services',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) =>
    servicesOutcome(
      observation,
      servicesOnHosts(observation).flatMap((one) => findUnserved(one) ?? []),
      balancersInWords(observation),
    ),
};

/** Every load balancer sends new connections to all running tasks of a service, and to nothing else. */
export const realServers: Comparison = {
  name: 'real-servers',
  title: 'every load balancer has exactly the running tasks of each service',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) =>
    servicesOutcome(
      observation,
      servicesOnHosts(observation).flatMap((one) => [...findMissing(one), ...findStale(one)]),
      balancersInWords(observation),
    ),
};

function findUnserved(one: ServiceOnHost): Difference | undefined {
  const { host, network, service, address, balancer, steady } = one;
  if (!isIPv4(address) || lacksIpvs(balancer)) return undefined;
  const missing = missingParts(one);
  if (missing.length === 0) return undefined;
  const places = new Set(steady.map((task) => task.host));
  const [only] = places.size === 1 ? places : [];
  const peer = only === host.name ? undefined : only;
  return {
    kind: 'service-vip-missing',
    where: { host: host.name, peer, network, service: service.name },
    expected: { address },
    observed: { missing, namespace: balancer?.namespace ?? null },
    text: `the load balancer of ${network} on ${host.name} lacks ${missing.map((part) => partsInWords[part]).join(', ')} for ${service.name}, ${address}`,
  };
}

const partsInWords: Readonly<Record<BalancerPart, string>> = {
  sandbox: 'its network namespace',
  address: 'the virtual address',
  mark: 'the rule that marks its packets',
  'virtual-service': 'the virtual service of IPVS',
  source: 'the rule that rewrites the source of its packets',
};

/** Returns the parts that are missing at both reads. */
function missingParts(one: ServiceOnHost): readonly BalancerPart[] {
  const { balancer } = one;
  // Sandboxes of networks are created with the first container: an engine does it before the container runs.
  if (balancer === undefined) return ['sandbox'];
  const { before, after: later } = balancer;
  if (before === undefined || later === undefined) return [];
  const after = new Set(partsMissingIn(later, one));
  return partsMissingIn(before, one).filter((part) => after.has(part));
}

function partsMissingIn(
  tables: BalancerTables,
  { address, service, isMesh }: ServiceOnHost,
): BalancerPart[] {
  const ports = service.ports.filter(({ mode }) => mode === 'ingress');
  const ofPorts = ports.map(({ protocol, published }) =>
    tables.marks.findLast(
      (rule) => rule.by === 'port' && rule.protocol === protocol && rule.port === published,
    ),
  );
  const mark = markOf(tables, address);
  const marks = isMesh ? ofPorts.map((rule) => rule?.mark) : [mark];
  const served = servedBy(tables, marks[0] ?? mark);
  const isDirect = served?.servers.some(({ forward }) => forward === 'Route') === true;
  return [
    // In the routing mesh packets come to the address of the sandbox.
    ...(isMesh || tables.addresses.includes(address) ? [] : (['address'] as const)),
    ...(marks.includes(undefined) ? (['mark'] as const) : []),
    ...(served === undefined && !marks.every((one) => one === undefined)
      ? (['virtual-service'] as const)
      : []),
    ...(tables.sources.length === 0 && !isDirect ? (['source'] as const) : []),
  ];
}

function servedBy(
  { virtualServices: all = [] }: BalancerTables,
  mark: number | undefined,
): VirtualService | undefined {
  return all.find((one) => one.mark === mark);
}

/** Returns the virtual service of one read; undefined if a part before it is missing. */
function serversIn(
  tables: BalancerTables | undefined,
  { address, service, isMesh }: ServiceOnHost,
): VirtualService['servers'] | undefined {
  if (tables === undefined) return undefined;
  const published = service.ports.find(({ mode }) => mode === 'ingress')?.published;
  const byPort = tables.marks.findLast((rule) => rule.by === 'port' && rule.port === published);
  const mark = (isMesh ? byPort?.mark : undefined) ?? markOf(tables, address);
  return servedBy(tables, mark)?.servers;
}

function findMissing(one: ServiceOnHost): Difference[] {
  const { host, network, service, balancer, steady } = one;
  const before = serversIn(balancer?.before, one);
  const after = serversIn(balancer?.after, one);
  if (before === undefined || after === undefined) return [];
  return steady
    .filter(({ address }) => isIPv4(address) && !takes(before, address) && !takes(after, address))
    .map((task) => ({
      kind: 'backend-missing',
      where: {
        host: host.name,
        peer: task.host === host.name ? undefined : task.host,
        network,
        service: service.name,
        towards: task.name,
      },
      expected: { address: task.address },
      observed: { servers: after },
      text: `the load balancer of ${network} on ${host.name} sends no connections to ${task.name}, ${task.address}${after.some(({ address }) => address === task.address) ? ': its weight is 0' : ''}`,
    }));
}

/** Returns true if a virtual service sends new connections to that address. */
function takes(servers: VirtualService['servers'], address: string): boolean {
  return servers.some((server) => server.address === address && server.weight > 0);
}

function findStale(one: ServiceOnHost): Difference[] {
  const { host, network, service, balancer, possible } = one;
  const before = serversIn(balancer?.before, one) ?? [];
  const after = serversIn(balancer?.after, one) ?? [];
  return after
    .filter(({ address, weight }) => weight > 0 && !possible.has(address) && takes(before, address))
    .map((server) => ({
      kind: 'backend-stale',
      where: { host: host.name, network, service: service.name },
      expected: null,
      observed: { ...server, namespace: balancer?.namespace ?? '' },
      text: `the load balancer of ${network} on ${host.name} sends connections for ${service.name} to ${server.address}, where it has no task`,
    }));
}
