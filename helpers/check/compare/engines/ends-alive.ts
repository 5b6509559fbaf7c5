import type { NetworkFacts } from '../../../docker/networks.ts';
import { type Check, outcomeOf } from '../../model/check.ts';
import { areMembersKnown, isWhollyExamined, memberAddresses } from '../../derive/coverage.ts';
import type { Difference } from '../../model/difference.ts';
import { endsOf, type OverlayEnd } from '../../derive/endpoints.ts';
import { hostAt } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { whatWasSeen } from '../../model/observed.ts';
import { isRestless } from './unstable-containers.ts';
import { answeringHosts } from './seen-engines.ts';

/** An endpoint as the store or an engine lists it. */
interface RecordedEnd {
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
export const endsAlive: Check = {
  name: 'ends-alive',
  title: 'every recorded overlay endpoint belongs to a running container',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const ends = endsOf(observation);
    const recorded = recordedEnds(observation);
    const differences = recorded.flatMap((one) => findDead(one, ends, observation) ?? []);
    return outcomeOf(
      differences,
      recorded.map(({ name, address, hostAddress }) => `${name} is ${address} on ${hostAddress}`),
    );
  },
};

/** Returns the listed endpoints. In a swarm, an endpoint counts only if its engine still listed it at the second read. */
function recordedEnds({ hosts, store, swarm }: Observation): RecordedEnd[] {
  const kept = whatWasSeen(store);
  if (kept !== undefined) {
    return kept.ends.map(({ locator, ...end }) => ({
      ...end,
      hostAddress: locator,
      keepers: [kept.version],
    }));
  }
  const later = new Map(
    hosts.map(({ name, engine }) => [name, whatWasSeen(engine)?.laterTasks] as const),
  );
  const told = (whatWasSeen(swarm)?.ends ?? []).filter(
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
  end: RecordedEnd,
  ends: readonly OverlayEnd[],
  observation: Observation,
): Difference | undefined {
  if (hasContainer(end, observation)) return undefined;
  const host = hostAt(observation, end.hostAddress);
  // Nothing is known about the containers of a host that does not answer.
  if (host === undefined ? !isNobodys(end, observation) : !('seen' in host.engine))
    return undefined;
  if (host !== undefined && isComing(end, host.name, observation)) return undefined;
  const network = networkName(end.networkId, observation);
  const reused = ends.find(
    ({ address, networkId }) => address === end.address && networkId === end.networkId,
  );
  const elsewhere = ends.find(
    ({ container, networkId }) => container === end.name && networkId === end.networkId,
  );
  const place = host?.name ?? `${end.hostAddress}, which is not a member of the cluster`;
  const now = [
    ...(elsewhere === undefined
      ? []
      : [`${end.name} is ${elsewhere.address} on ${elsewhere.host}`]),
    ...(reused === undefined ? [] : [`${end.address} is ${reused.container} on ${reused.host}`]),
  ];
  return {
    kind: 'end-without-container',
    where: { host: host?.name, network, container: end.name },
    expected: null,
    observed: { endpointId: end.id, address: end.address, hostAddress: end.hostAddress },
    text: `${end.keepers.join(' and ')} lists ${end.name} as ${end.address} on ${place}, where no container has that endpoint${now.length === 0 ? '' : `; ${now.join('; ')}`}`,
  };
}

/**
 * Tells if no member has the host address of an endpoint: the member was removed, or its engine is down. A store lists all
 * members; in a swarm, endpoints may have another address than their node (--data-path-addr).
 */
function isNobodys({ hostAddress }: RecordedEnd, observation: Observation): boolean {
  return observation.kind === 'key-value' && areMembersKnown(observation)
    ? !memberAddresses(observation).has(hostAddress)
    : isWhollyExamined(observation);
}

/** Tells if a container, or the engine itself, has that endpoint. */
function hasContainer({ id }: RecordedEnd, observation: Observation): boolean {
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
 * Tells if the endpoint belongs to an engine: in swarm mode engines have endpoints in sandboxes without a container, such
 * as `ingress-sbox` and `lb-my-net`.
 */
function isEngines({ id, local }: NetworkFacts['containers'][number]): boolean {
  return local && !/^[0-9a-f]{64}$/.test(id);
}

/** Tells if the container of an endpoint is starting: it gets its endpoint before it runs, and a new one with each restart. */
function isComing({ name }: RecordedEnd, on: string, observation: Observation): boolean {
  return answeringHosts(observation).some(
    ({ host, view }) =>
      host.name === on &&
      view.containers.some(
        (one) =>
          one.name === name &&
          (one.status === 'created' || one.status === 'restarting' || isRestless(one, view)),
      ),
  );
}

function networkName(id: string, { store, swarm }: Observation): string {
  const networks = whatWasSeen(store)?.networks ?? whatWasSeen(swarm)?.networks ?? [];
  return networks.find((network) => network.id === id)?.name ?? id.slice(0, 12);
}
