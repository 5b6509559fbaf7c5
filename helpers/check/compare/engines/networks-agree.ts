import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { NetworkFacts } from '../../../docker/networks.ts';
import { type AnsweringHost, answeringHosts } from './answering-hosts.ts';
import { type SharedNetwork, sharedNetworksOf } from './shared-networks.ts';

/** A network name means the same network, with the same subnet, on every host. */
export const networksAgree: Comparison = {
  name: 'networks-agree',
  title: 'a network name means the same network on every host',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const hosts = answeringHosts(observation);
    const shared = sharedNetworksOf(observation);
    const mismatches = shared.flatMap((network) =>
      hosts.flatMap((one) => findMismatches(one, network, shared)),
    );
    const other = (observation.expectations.networks ?? []).flatMap(({ name, subnet }) =>
      shared.flatMap((network) =>
        network.name === name ? (findOtherSubnet(network, subnet) ?? []) : [],
      ),
    );
    return outcomeOf(
      [...findNamesakes(shared), ...other, ...mismatches],
      shared.map(({ name, id, subnets }) => `${name} is ${id.slice(0, 12)}, ${subnets.join(' ')}`),
    );
  },
};

/** Returns the networks of a host that differ from a shared network but have its name or ID. */
function findMismatches(
  { host: { name: host }, view }: AnsweringHost,
  network: SharedNetwork,
  shared: readonly SharedNetwork[],
): Difference[] {
  return view.networks
    .filter(({ name, id }) => name === network.name || id === network.id)
    .filter(
      (own) =>
        !isSame(own, network) && !shared.some(({ id }) => id === own.id && id !== network.id),
    )
    .map(({ name, id, driver, scope, subnets }) => ({
      kind: 'network-mismatch',
      where: { host, network: network.name },
      expected: { id: network.id, name: network.name, subnets: network.subnets },
      observed: { id, name, driver, scope, subnets },
      text: `on ${host}, ${name} is the ${driver} network ${id.slice(0, 12)} (${scope}, ${subnets.join(' ') || 'no subnet'}), for ${network.source} it is ${network.id.slice(0, 12)} (${network.subnets.join(' ')})`,
    }));
}

function isSame(own: NetworkFacts, { id, name, subnets }: SharedNetwork): boolean {
  if (own.id !== id || own.name !== name) return false;
  return [...own.subnets].sort().join() === [...subnets].sort().join();
}

function findOtherSubnet({ name, subnets, id }: SharedNetwork, subnet: string | undefined) {
  if (subnet === undefined || subnets.includes(subnet)) return undefined;
  const difference: Difference = {
    kind: 'network-mismatch',
    where: { network: name },
    expected: { subnet },
    observed: { id, subnets },
    text: `network ${name} (${id.slice(0, 12)}) has the subnet ${subnets.join(' ')} instead of ${subnet}`,
  };
  return difference;
}

/** Several networks of one name: which of them a container comes on is chance. */
function findNamesakes(shared: readonly SharedNetwork[]): Difference[] {
  return [...Map.groupBy(shared, ({ name }) => name)]
    .filter(([, namesakes]) => namesakes.length > 1)
    .map(([network, namesakes]) => ({
      kind: 'network-mismatch',
      where: { network },
      expected: 'one network of that name',
      observed: namesakes.map(({ id, subnets }) => ({ id, subnets })),
      text: `${namesakes.length} networks are named ${network}: ${namesakes.map(({ id, subnets }) => `${id.slice(0, 12)} (${subnets.join(' ')})`).join(', ')}`,
    }));
}
