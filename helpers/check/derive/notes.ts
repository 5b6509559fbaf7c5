import { encryptedNetworks } from './kernel/encrypted-hosts.ts';
import { observedKernels } from './kernel/expected-tables.ts';
import { containersWithGateway, GATEWAY } from './gateway-bridge.ts';
import { addressUsage, freeAddresses } from './address-usage.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import { servicesOf } from './services.ts';
import { lostQuorumOf, managerNodes } from './swarm-managers.ts';

/** The share of a network's addresses below which its free ones are worth a note. */
const FEW = 0.1;

/** Returns facts that are no defects, but may become the cause of one, each in a sentence. */
export function notesOf(observation: Observation): string[] {
  return [
    ...managerNotes(observation),
    ...nodeNotes(observation),
    ...departureNotes(observation),
    ...addressNotes(observation),
    ...connectionNotes(observation),
    ...gatewayNotes(observation),
    ...advisoryNotes(observation),
    ...idleNotes(observation),
  ];
}

function managerNotes(observation: Observation): string[] {
  const count = managerNodes(valueOf(observation.swarm)?.nodes ?? []).length;
  if (count === 0 || count % 2 === 1 || lostQuorumOf(observation) !== undefined) return [];
  const fewer = count === 2 ? '1 manager' : `${count - 1} managers`;
  return [`The swarm has ${count} managers: an even number survives no more losses than ${fewer}.`];
}

const availabilities = {
  drain: 'is drained: it runs no tasks',
  pause: 'is paused: it gets no new tasks',
} as const;

function nodeNotes({ swarm }: Observation): string[] {
  const { nodes = [], later } = valueOf(swarm) ?? {};
  return (later?.nodes ?? nodes).flatMap(({ hostname, availability, state }) =>
    availability === 'active' || state !== 'ready'
      ? []
      : [`The node ${hostname} ${availabilities[availability]}.`],
  );
}

/** A node that was restarted once, or that left, is no concern. */
const OFTEN = 2;

function departureNotes({ swarm }: Observation): string[] {
  const { nodes = [], later, departures = [] } = valueOf(swarm) ?? {};
  return departures.flatMap(({ nodeId, times }) => {
    const node = (later?.nodes ?? nodes).find(({ id }) => id === nodeId);
    if (times < OFTEN || node?.state !== 'ready') return [];
    return [
      `The managers lost the node ${node.hostname} ${times} times within an hour, and found it again: its engine restarts, or its path to the managers loses packets at times.`,
    ];
  });
}

function addressNotes(observation: Observation): string[] {
  return addressUsage(observation).flatMap((usage) => {
    const free = freeAddresses(usage);
    if (free === 0 || free > Math.max(1, usage.usable * FEW)) return [];
    return [
      `The network ${usage.network} (${usage.subnets.join(', ')}) has ${free} of ${usage.usable} addresses left.`,
    ];
  });
}

/** Failed insertions during a check that are worth a note: some result from first packets that arrive at the same moment. */
const MANY = 10;

function connectionNotes(observation: Observation): string[] {
  return observedKernels(observation).flatMap(({ host: { name }, kernel: { host } }) => {
    const { notInserted: before } = host?.before.connections ?? {};
    const { notInserted: after } = host?.after?.connections ?? {};
    if (before === undefined || after === undefined || after - before < MANY) return [];
    return [
      `The kernel of ${name} dropped ${after - before} packets during the check, because it could not insert their connections into its table: their addresses and ports were taken.`,
    ];
  });
}

function gatewayNotes(observation: Observation): string[] {
  return observedKernels(observation).flatMap(({ host, kernel: { links, routes } }) => {
    const mtuOf = (device: string | undefined) => links.find(({ name }) => name === device)?.mtu;
    const inside = mtuOf(GATEWAY);
    const { device } = routes.find(({ destination }) => destination === 'default') ?? {};
    const outside = mtuOf(device);
    if (inside === undefined || outside === undefined || inside <= outside) return [];
    if (containersWithGateway(host).length === 0) return [];
    return [
      `Containers of ${host.name} may send packets of ${inside} bytes to other networks, but ${device} allows ${outside}: connections hang if a firewall drops ICMP.`,
    ];
  });
}

/** Published advisories about encrypted overlays, with the releases of the engine that have them. */
const advisories = [
  {
    id: 'CVE-2026-92542',
    affects: (version: string) =>
      isOlder(version, '25.0.19') || (!isOlder(version, '26.0.0') && isOlder(version, '29.8.2')),
    effect: 'a user without privileges on one node can send packets into the network',
    fixed: '25.0.19 and 29.8.2',
  },
] as const;

function advisoryNotes(observation: Observation): string[] {
  const networks = encryptedNetworks(observation);
  const joined = new Set(networks.flatMap(({ hosts }) => hosts));
  return advisories.flatMap(({ id, affects, effect, fixed }) => {
    const affected = observation.hosts.flatMap(({ name, engine }) => {
      const version = valueOf(engine)?.info.serverVersion;
      const isAffected = joined.has(name) && version !== undefined && affects(version);
      return isAffected ? [`${name} (${version})`] : [];
    });
    if (affected.length === 0) return [];
    return [
      `By their versions, ${id} affects the encrypted networks of ${affected.join(', ')}: ${effect}. Docker Engine ${fixed} fix it, and distributions may fix other versions.`,
    ];
  });
}

function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split(/[.+~-]/, 3).map(Number));
  for (const [index, part] of (other ?? []).entries()) {
    const own = one?.[index] ?? 0;
    if (Number.isNaN(own)) return false;
    if (own !== part) return own < part;
  }
  return false;
}

/** Connections that IPVS forgets before their kernels keep them alive: the next packet after the pause is refused. */
function idleNotes(observation: Observation): string[] {
  const { services = [] } = valueOf(servicesOf(observation)) ?? {};
  const { keepAlive = [] } = valueOf(observation.serviceConnections) ?? {};
  const tables = observation.hosts.flatMap(({ balancing }) =>
    (valueOf(balancing)?.balancers ?? []).flatMap(({ before }) => before ?? []),
  );
  return keepAlive.flatMap(({ serviceId, seconds }) => {
    const service = services.find(({ id }) => id === serviceId);
    const addresses = new Set(Object.values(service?.virtualAddresses ?? {}));
    const limits = tables
      .filter(({ open = [] }) => open.some((address) => addresses.has(address)))
      .flatMap(({ idle }) => idle?.tcp ?? []);
    const limit = Math.min(...limits);
    if (service === undefined || limits.length === 0 || limit === 0 || seconds < limit) return [];
    const wanted = Math.floor((limit * 2) / 3);
    return [
      `The load balancers forget connections to ${service.name} that are idle for ${limit} s, and its containers keep them alive only after ${seconds} s. If clients lose connections: docker service update --sysctl-add net.ipv4.tcp_keepalive_time=${wanted} ${service.name}`,
    ];
  });
}
