import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { StoreView } from '../../model/views/store-view.ts';
import { valueOf } from '../../model/observed.ts';
import { isUnstable } from '../engines/unstable-containers.ts';
import { answeringHosts } from '../engines/answering-hosts.ts';

/**
 * The store has every network with containers, and each of their endpoints. Engines read these records and never write them
 * again.
 */
export const keystoreComplete: Comparison = {
  name: 'keystore-complete',
  title: 'the key-value store has every network and endpoint that engines use',
  layer: 'keystore',
  needs: 'api',
  compare: (observation) => {
    const store = valueOf(observation.store);
    if (store === undefined) {
      return 'missing' in observation.store ? skipped(observation.store) : outcomeOf([], []);
    }
    const used = findUsed(observation);
    return outcomeOf(
      [...findLostNetworks(used, store), ...findLostEndpoints(used, store)],
      used.map(({ container, network }) => `${container} on ${network}`),
    );
  },
};

interface Use {
  readonly host: string;
  readonly container: string;
  readonly network: string;
  readonly networkId: string;
  readonly endpointId: string;
  readonly address: string;
}

/**
 * Returns the uses of shared networks by containers, including networks that the engine no longer lists because the store
 * lost them.
 */
function findUsed(observation: Observation): Use[] {
  return answeringHosts(observation).flatMap(({ host, view }) => {
    const local = new Set(
      view.networks.filter(({ scope }) => scope === 'local').map(({ id }) => id),
    );
    return view.containers
      .filter(({ status }) => status === 'running' || status === 'paused')
      .filter((container) => !isUnstable(container, view))
      .flatMap(({ name: container, networks }) =>
        Object.entries(networks)
          .filter(([, { networkId, address }]) => address !== '' && !local.has(networkId))
          .map(([network, { networkId, endpointId, address }]) => ({
            host: host.name,
            container,
            network,
            networkId,
            endpointId,
            address,
          })),
      );
  });
}

function findLostNetworks(used: readonly Use[], { networks, version }: StoreView): Difference[] {
  const lost = used.filter(({ networkId }) => !networks.some(({ id }) => id === networkId));
  return [...Map.groupBy(lost, ({ networkId }) => networkId)].flatMap(([id, uses]) => {
    const [{ network } = { network: '' }] = uses;
    const containers = uses.map(({ container, host }) => `${container} on ${host}`);
    return {
      kind: 'keystore-network-missing',
      where: { network },
      expected: id,
      observed: networks.map((one) => one.id),
      text: `${version} has no network ${network} (${id.slice(0, 12)}), which ${containers.join(' and ')} use`,
    };
  });
}

function findLostEndpoints(
  used: readonly Use[],
  { endpoints, networks, version }: StoreView,
): Difference[] {
  return used
    .filter(({ networkId }) => networks.some(({ id }) => id === networkId))
    .filter(({ endpointId }) => !endpoints.some(({ id }) => id === endpointId))
    .map(({ host, container, network, endpointId, address }) => ({
      kind: 'keystore-endpoint-missing',
      where: { host, network, container },
      expected: { endpointId, address },
      observed: null,
      text: `${version} has no endpoint for ${container} (${address}) on ${network}`,
    }));
}
