import { isLiving } from '../../cluster/gossip/gossip-protocol.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import { meshIdOf } from './balanced-services.ts';
import { servicesOf } from './services.ts';
import { encryptedNetworks, unexaminedEncryption } from './kernel/encrypted-hosts.ts';
import { memoize } from './memoize.ts';
import type { Coverage } from '../model/report.ts';
import { traitsOf } from '../model/cluster-traits.ts';

/** A member of the cluster by the word of its managers, its store or its gossip. */
interface KnownMember {
  /** Its hostname, where anything says it. */
  readonly name: string | undefined;
  readonly address: string;
  /** The id of a node of a swarm. */
  readonly id?: string;
}

export const coverageOf = memoize((observation: Observation): Coverage => {
  const unexamined = unexaminedMembers(observation);
  const down = downNodes(observation).length;
  const { hosts } = observation;
  return {
    examined: hosts.filter(({ engine }) => 'value' in engine).length,
    known: hosts.length + unexamined.length + down,
    unexamined: unexamined.map(({ name, address }) => name ?? address),
    unsupported: unsupportedParts(observation),
  };
});

/**
 * Returns true if every known member was examined: only then no other host can have an object. Managers, store and gossip
 * override the user's list of hosts.
 */
export function isWhollyExamined(observation: Observation): boolean {
  const { examined, known } = coverageOf(observation);
  return observation.isComplete && examined === known;
}

/** Returns true if managers or store, which know all members, answered. */
export function areMembersKnown(observation: Observation): boolean {
  const { hasManagers, hasStore } = traitsOf(observation);
  return (
    (hasManagers && 'value' in observation.swarm) || (hasStore && 'value' in observation.store)
  );
}

/** The addresses of all members that anything knows, examined or not. */
export const memberAddresses = memoize((observation: Observation): ReadonlySet<string> => {
  const own = observation.hosts.flatMap(({ address }) => address ?? []);
  return new Set([...own, ...knownMembers(observation).map(({ address }) => address)]);
});

/** Nodes that a swarm's managers have as down and that are none of the hosts. */
export const downNodes = memoize((observation: Observation) => {
  const { nodes = [] } = valueOf(observation.swarm) ?? {};
  const isHost = hostTest(observation);
  return nodes.filter(
    (node) => node.state !== 'ready' && !isHost(node) && !isSuperseded(node, nodes),
  );
});

const unexaminedMembers = memoize((observation: Observation): readonly KnownMember[] => {
  const isHost = hostTest(observation);
  const down = new Set<string | undefined>(downNodes(observation).map(({ id }) => id));
  const members = knownMembers(observation).filter(
    (one) => !isHost(one) && (one.id === undefined || !down.has(one.id)),
  );
  // Of several that know it, the first says its name.
  return [...Map.groupBy(members, ({ id, address }) => id ?? address)].flatMap(([, all]) =>
    all.slice(0, 1),
  );
});

function hostTest({ hosts }: Observation): (member: Omit<KnownMember, 'name'>) => boolean {
  const infos = hosts.flatMap(({ engine }) => valueOf(engine)?.info ?? []);
  const ids = new Set(infos.flatMap(({ swarmNode }) => swarmNode?.id ?? []));
  const addresses = new Set([
    ...hosts.map(({ address }) => address),
    ...infos.flatMap(({ clusterAdvertise, swarmNode }) => [
      clusterAdvertise?.replace(/:\d+$/, ''),
      swarmNode?.address,
    ]),
  ]);
  return ({ id, address }) => (id !== undefined && ids.has(id)) || addresses.has(address);
}

function knownMembers(observation: Observation): KnownMember[] {
  const { hosts, store, swarm } = observation;
  const gossip = hosts.flatMap((host) => valueOf(host.gossip)?.members ?? []);
  const alive = gossip.filter(isLiving);
  if (traitsOf(observation).hasManagers) {
    const view = valueOf(swarm);
    // Managers know all members. Gossip may list them under another address (--data-path-addr).
    if (view !== undefined) {
      return view.nodes
        .filter((node) => !isSuperseded(node, view.nodes))
        .map(({ id, hostname: name, address }) => ({ id, name, address }));
    }
    const managers = hosts.flatMap(({ engine }) => valueOf(engine)?.info.swarmNode?.managers ?? []);
    return [
      ...managers.map((one) => ({ name: undefined, address: one.replace(/:\d+$/, '') })),
      ...alive,
    ];
  }
  const { members = [] } = valueOf(store) ?? {};
  return [
    ...alive,
    ...members.map(({ advertised }) => ({
      name: undefined,
      address: advertised.replace(/:\d+$/, ''),
    })),
  ];
}

/** Returns true if a node is the old entry of a node that left and joined again: it is down, next to the new one. */
export function isSuperseded<T extends { readonly hostname: string; readonly state: string }>(
  { hostname, state }: T,
  nodes: readonly T[],
): boolean {
  return (
    state !== 'ready' &&
    nodes.some((other) => other.hostname === hostname && other.state === 'ready')
  );
}

/** Returns true if the encryption of that network was compared. With containers on a single host, nothing is encrypted. */
function isEncryptionExamined(networkId: string, observation: Observation): boolean {
  return (
    encryptedNetworks(observation).some(({ id }) => id === networkId) &&
    unexaminedEncryption(observation) === undefined
  );
}

/** Returns true if the virtual addresses of a service were connected to, or if it has none but that of the routing mesh. */
function isConnected(name: string, observation: Observation): boolean {
  const service = valueOf(servicesOf(observation))?.services.find((one) => one.name === name);
  if (service === undefined) return false;
  const mesh = meshIdOf(observation);
  const { connections = [] } = valueOf(observation.serviceConnections) ?? {};
  return Object.keys(service.virtualAddresses)
    .filter((id) => id !== mesh)
    .every((id) =>
      connections.some(
        ({ serviceId, networkId, taskId }) =>
          serviceId === service.id && networkId === id && taskId === undefined,
      ),
    );
}

/** Returns features of this cluster that no comparison supports. */
function unsupportedParts(observation: Observation): string[] {
  const networks = observation.hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  const overlays = [...new Map(networks.map((one) => [one.id, one])).values()].filter(
    ({ driver }) => driver === 'overlay',
  );
  const services = new Set(
    networks.flatMap(({ tasks }) => tasks.map(({ service }) => service)).filter(Boolean),
  );
  const containers = observation.hosts.flatMap(({ engine }) => valueOf(engine)?.containers ?? []);
  const ofServices = containers.flatMap(
    ({ labels }) => labels['com.docker.swarm.service.name'] ?? [],
  );
  for (const name of ofServices) services.add(name);
  const unconnected = [...services].filter((name) => !isConnected(name, observation));
  const names = (wanted: (one: (typeof overlays)[number]) => boolean) =>
    overlays
      .filter(wanted)
      .map(({ name }) => name)
      .toSorted();
  const encrypted = names(
    ({ id, options }) => 'encrypted' in options && !isEncryptionExamined(id, observation),
  );
  const otherPorts = (valueOf(servicesOf(observation))?.services ?? [])
    .filter(({ ports }) => ports.some(({ protocol }) => protocol !== 'tcp'))
    .map(({ name }) => name);
  // Each container on an overlay that is not internal also has an interface on docker_gwbridge.
  const hasGateway =
    networks.some(({ name, driver }) => name === 'docker_gwbridge' && driver === 'bridge') &&
    containers.some((one) =>
      overlays.some(
        ({ id, internal }) =>
          !internal && Object.values(one.networks).some(({ networkId }) => networkId === id),
      ),
    );
  return [
    ...(unconnected.length === 0
      ? []
      : [`connections to the virtual addresses of ${unconnected.toSorted().join(', ')}`]),
    ...(otherPorts.length === 0
      ? []
      : [`UDP and SCTP ports of the services ${otherPorts.toSorted().join(', ')}`]),
    ...(encrypted.length === 0 ? [] : [`encryption of ${encrypted.join(', ')}`]),
    ...unlistedRecords(observation),
    ...(hasGateway
      ? ['packets of containers to other networks; only their settings are read']
      : []),
  ];
}

/** Records of an engine 26.1 that closed the connection, because it joined that network at the moment of the request. */
function unlistedRecords({ hosts }: Observation): string[] {
  return hosts.flatMap(({ name: host, engine }) => {
    const { networks = [], unlistedOverlays = [] } = valueOf(engine) ?? {};
    const names = networks
      .filter(({ id }) => unlistedOverlays.includes(id))
      .map(({ name }) => name);
    return names.length === 0
      ? []
      : [`containers of other hosts that ${host} has on record in ${names.toSorted().join(', ')}`];
  });
}
