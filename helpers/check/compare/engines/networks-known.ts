import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { HostView } from '../../model/observation.ts';
import { valueOf, withoutValue } from '../../model/observed.ts';
import { type AnsweringHost, answeringHosts } from './answering-hosts.ts';
import { type SharedNetwork, sharedNetworksOf } from './shared-networks.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Every host has the networks it needs; a worker of a swarm needs only the networks of its containers. */
export const networksKnown: Comparison = {
  name: 'networks-known',
  title: 'every host has the networks that it needs',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const { expectations } = observation;
    const { sharesAllNetworks } = traitsOf(observation);
    const hosts = answeringHosts(observation);
    const shared = sharedNetworksOf(observation);
    // Without an answer, an expected network is unknown and not missing.
    if (hosts.length + shared.length === 0) return skipped(withoutValue('no engine has answered'));
    const nowhere = (expectations.networks ?? [])
      .filter(({ name }) => !shared.some((network) => network.name === name))
      .map(
        ({ name }): Difference => ({
          kind: 'network-missing',
          where: { network: name },
          expected: name,
          observed: shared.map((network) => network.name),
          text: `no shared network ${name} exists`,
        }),
      );
    const absent = hosts.flatMap((one) =>
      shared
        .filter((network) => sharesAllNetworks || isDue(one, network))
        // A different network with the same name is reported by networks-agree.
        .filter(
          ({ id, name }) => !one.view.networks.some((own) => own.id === id || own.name === name),
        )
        .map((network) => describeAbsent(one, network)),
    );
    const late = hosts.flatMap((one) =>
      shared
        .filter(({ id }) => one.view.lateNetworks?.includes(id))
        .flatMap((network) => describeLate(one, network) ?? []),
    );
    const evidence = hosts.flatMap(({ host, view }) =>
      view.networks
        .filter(({ id }) => shared.some((network) => network.id === id))
        .map(({ name, id }) => `${host.name} has ${name} (${id.slice(0, 12)})`),
    );
    return outcomeOf([...nowhere, ...absent, ...late], evidence);
  },
};

/** Returns true if that node of a swarm needs the network: managers know all. */
function isDue({ view, info }: AnsweringHost, { id }: SharedNetwork): boolean {
  if (info.swarmNode?.isManager === true) return true;
  return view.containers.some(
    ({ running, networks }) =>
      running && Object.values(networks).some(({ networkId }) => networkId === id),
  );
}

function describeAbsent({ host }: AnsweringHost, { id, name, source }: SharedNetwork): Difference {
  return {
    kind: 'network-missing',
    where: { host: host.name, network: name },
    expected: id,
    observed: null,
    text: `${host.name} has no network ${name} (${id.slice(0, 12)}), which ${source} has${describeStuckThreads(host)}`,
  };
}

/** Reports a network that an engine listed only at the second read: it may be new, unless the engine has stuck threads. */
function describeLate(
  { host }: AnsweringHost,
  { id, name, source }: SharedNetwork,
): Difference | undefined {
  const stuck = describeStuckThreads(host);
  if (stuck === '') return undefined;
  return {
    kind: 'network-missing',
    where: { host: host.name, network: name },
    expected: id,
    observed: null,
    text: `${host.name} listed the network ${name} (${id.slice(0, 12)}), which ${source} has, only when asked a second time${stuck}`,
  };
}

/** Calls that land on such a thread do not reach the store, the gossip or a manager. */
function describeStuckThreads({ kernel }: HostView): string {
  const { threads = 0, stuck = [] } = valueOf(kernel)?.engineThreads ?? {};
  if (stuck.length === 0) return '';
  return `; ${stuck.length} of ${threads} threads of its engine are stuck in deleted network namespaces`;
}
