import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { answeringHosts } from './answering-hosts.ts';

/** A network that hosts share, as the store or a manager has it, or else as most engines have it. */
export interface SharedNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
  /** The source of the data: "Consul 1.8.7", "the manager on master-host". */
  readonly source: string;
}

/** Returns all networks that hosts share. */
export function sharedNetworksOf(observation: Observation): SharedNetwork[] {
  const store = valueOf(observation.store);
  if (store !== undefined) {
    return store.networks.map(({ id, name, subnets }) => ({
      id,
      name,
      subnets,
      source: store.version,
    }));
  }
  const swarm = valueOf(observation.swarm);
  if (swarm !== undefined) {
    const source = `the manager on ${swarm.manager}`;
    return swarm.networks.map(({ id, name, subnets }) => ({ id, name, subnets, source }));
  }
  const all = answeringHosts(observation).flatMap(({ host, view }) =>
    view.networks.filter(isShared).map((network) => ({ ...network, source: host.name })),
  );
  return [...Map.groupBy(all, ({ id }) => id)].flatMap(([id, views]) =>
    views.slice(0, 1).map(({ name, subnets, source }) => ({ id, name, subnets, source })),
  );
}

/** Returns true if a network spans hosts. */
function isShared({ scope }: { readonly scope: 'local' | 'global' | 'swarm' }): boolean {
  return scope !== 'local';
}
