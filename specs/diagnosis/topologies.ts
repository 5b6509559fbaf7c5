import { seed } from '../../helpers/topology/seed.ts';
import { findTopology } from '../../helpers/topology/topologies.ts';
import type { Topology } from '../../helpers/topology/topology.ts';

/** The kinds of clusters that are broken: an external key-value store under Docker 20.10, and Docker's own of today. */
export const clusterKinds = ['seed', 'swarm-mode'] as const;
export type ClusterKind = (typeof clusterKinds)[number];

/** A network that nobody is on, for defects of networks. */
export const spareNetwork = { name: 'spare-net', subnet: '10.0.39.0/24' } as const;

const besides = [{ name: 'other-net', subnet: '10.0.29.0/24' } as const, spareNetwork];

/**
 * The tutorial's cluster with one more host and two more networks: so that a defect can point to a wrong one, and so that
 * it can be seen not to drag in those that it has nothing to do with.
 */
export function widerTopology(kind: ClusterKind): Topology {
  const usual = kind === 'seed' ? seed : findTopology(kind);
  const networks = besides.map((network) => ({
    ...network,
    driver: 'overlay' as const,
    createdOn: 'master-host',
  }));
  return {
    ...usual,
    name: `wider-${kind}`,
    machines: [...usual.machines, { name: 'third-host' }],
    networks: [...usual.networks, ...networks],
  };
}
