import type { NetworkFacts } from '../../../docker/networks.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import { areMembersKnown, isWhollyExamined, memberAddresses } from '../../derive/coverage.ts';
import type { Difference } from '../../model/difference.ts';
import { endpointsOf, type OverlayEndpoint } from '../../derive/endpoints.ts';
import { hostAt } from '../../derive/find-host.ts';
import { lostNetworks } from '../../derive/lost-networks.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf, withoutValue } from '../../model/observed.ts';
import { isUnstable } from './unstable-containers.ts';
import { answeringHosts } from './answering-hosts.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** An endpoint as the store or an engine lists it. */
interface RecordedEndpoint {
  readonly id: string;
  readonly networkId: string;
  readonly name: string;
  readonly address: string;
  /** The address of its host, according to the same record. */
  readonly hostAddress: string;
  /** The store or engines that list it. */
  readonly keepers: readonly string[];
}

/** Every end that the store, or an engine of a swarm, has on record is one of a container that runs there. */
export const endpointsAlive: Comparison = {
  name: 'endpoints-alive',
  title: 'every recorded overlay endpoint belongs to a running container',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const endpoints = endpointsOf(observation);
    const recorded = recordedEndpoints(observation);
    const differences = recorded.flatMap((one) => findDead(one, endpoints, observation) ?? []);
    const lost = recorded.flatMap((one) => findLost(one, observation) ?? []);
    const blind = lost[0] === undefined ? lostNetworks(observation) : withoutValue(lost[0]);
    if (differences.length === 0 && blind !== undefined) return skipped(blind);
    return outcomeOf(
      differences,
      recorded.map(({ name, address, hostAddress }) => `${name} is ${address} on ${hostAddress}`),
    );
  },
};

/** Returns the listed endpoints. In a swarm, an endpoint counts only if its engine still listed it at the second read. */
function recordedEndpoints({ hosts, store, swarm }: Observation): RecordedEndpoint[] {
  const kept = valueOf(store);
  if (kept !== undefined) {
    return kept.endpoints.map(({ locator, ...endpoint }) => ({
      ...endpoint,
      hostAddress: locator,
      keepers: [kept.version],
    }));
  }
  const later = new Map(
    hosts.map(({ name, engine }) => [name, valueOf(engine)?.laterTasks] as const),
  );
  const told = (valueOf(swarm)?.endpoints ?? []).filter(
    ({ hostAddress, askedHost, endpointId }) =>
      hostAddress !== '' && later.get(askedHost)?.includes(endpointId) !== false,
  );
  return [...Map.groupBy(told, ({ endpointId }) => endpointId)].flatMap(([id, views]) =>
    views.slice(0, 1).map(({ networkId, name, address, hostAddress }) => {
      const keepers = views.map(({ askedHost }) => `the engine of ${askedHost}`);
      return { id, networkId, name, address, hostAddress, keepers };
    }),
  );
}

function findDead(
  endpoint: RecordedEndpoint,
  endpoints: readonly OverlayEndpoint[],
  observation: Observation,
): Difference | undefined {
  if (hasContainer(endpoint, observation)) return undefined;
  const host = hostAt(observation, endpoint.hostAddress);
  // Nothing is known about the containers of a host that does not answer.
  if (host === undefined ? !isNobodys(endpoint, observation) : !('value' in host.engine))
    return undefined;
  if (host !== undefined && isComing(endpoint, host.name, observation)) return undefined;
  if (findLost(endpoint, observation) !== undefined) return undefined;
  const network = networkName(endpoint.networkId, observation);
  const reused = endpoints.find(
    ({ address, networkId }) => address === endpoint.address && networkId === endpoint.networkId,
  );
  const elsewhere = endpoints.find(
    ({ container, networkId }) => container === endpoint.name && networkId === endpoint.networkId,
  );
  const place = host?.name ?? `${endpoint.hostAddress}, which is not a member of the cluster`;
  const now = [
    ...(elsewhere === undefined
      ? []
      : [`${endpoint.name} is ${elsewhere.address} on ${elsewhere.host}`]),
    ...(reused === undefined
      ? []
      : [`${endpoint.address} is ${reused.container} on ${reused.host}`]),
  ];
  return {
    kind: 'endpoint-without-container',
    where: { host: host?.name, network, container: endpoint.name },
    expected: null,
    observed: {
      endpointId: endpoint.id,
      address: endpoint.address,
      hostAddress: endpoint.hostAddress,
    },
    text: `${endpoint.keepers.join(' and ')} lists ${endpoint.name} as ${endpoint.address} on ${place}, where no container has that endpoint${now.length === 0 ? '' : `; ${now.join('; ')}`}`,
  };
}

/**
 * Returns true if no member has the host address of an endpoint: the member was removed, or its engine is down. A store
 * lists all members; in a swarm, endpoints may have another address than their node (--data-path-addr).
 */
function isNobodys({ hostAddress }: RecordedEndpoint, observation: Observation): boolean {
  return traitsOf(observation).hasStore && areMembersKnown(observation)
    ? !memberAddresses(observation).has(hostAddress)
    : isWhollyExamined(observation);
}

/** Returns true if a container, or the engine itself, has that endpoint. */
function hasContainer({ id }: RecordedEndpoint, observation: Observation): boolean {
  return answeringHosts(observation).some(
    ({ view }) =>
      [...view.containers, ...(view.later ?? [])].some(({ networks }) =>
        Object.values(networks).some(({ endpointId }) => endpointId === id),
      ) ||
      view.networks.some(({ containers }) =>
        containers.some((one) => one.endpointId === id && isEngines(one)),
      ),
  );
}

/**
 * Returns true if the endpoint belongs to an engine: in swarm mode engines have endpoints in sandboxes without a container,
 * such as `ingress-sbox` and `lb-my-net`.
 */
function isEngines({ id, local }: NetworkFacts['containers'][number]): boolean {
  return local && !/^[0-9a-f]{64}$/.test(id);
}

/**
 * Returns true if the container of an endpoint is starting: it gets its endpoint before it runs, and a new one with each
 * restart.
 */
function isComing({ name }: RecordedEndpoint, on: string, observation: Observation): boolean {
  return answeringHosts(observation).some(
    ({ host, view }) =>
      host.name === on &&
      view.containers.some(
        (one) =>
          one.name === name &&
          (one.status === 'created' || one.status === 'restarting' || isUnstable(one, view)),
      ),
  );
}

/**
 * Returns a reason why an endpoint may still be in use, although no container has its ID: a container of its name runs on
 * its host, where the engine has lost the network or the container's endpoint. The container still has its interface then.
 */
function findLost(
  { name, networkId, hostAddress }: RecordedEndpoint,
  observation: Observation,
): string | undefined {
  const host = hostAt(observation, hostAddress);
  const view = valueOf(host?.engine);
  if (host === undefined || view === undefined) return undefined;
  const isListed = view.networks.some(({ id }) => id === networkId);
  const isKept = view.containers.some((one) => {
    if (one.name !== name || !one.running) return false;
    const ends = Object.values(one.networks).filter((end) => end.networkId === networkId);
    return isListed ? ends.some(({ endpointId }) => endpointId === '') : true;
  });
  if (!isKept) return undefined;
  const network = networkName(networkId, observation);
  return `the engine of ${host.name} has lost the network ${network} of ${name}`;
}

function networkName(id: string, { store, swarm }: Observation): string {
  const networks = valueOf(store)?.networks ?? valueOf(swarm)?.networks ?? [];
  return networks.find((network) => network.id === id)?.name ?? id.slice(0, 12);
}
