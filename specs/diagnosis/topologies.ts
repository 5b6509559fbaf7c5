import { seed } from '../../helpers/topology/seed.ts';
import { findTopology } from '../../helpers/topology/topologies.ts';
import { type Topology, withEngine } from '../../helpers/topology/topology.ts';

/**
 * The kinds of clusters for injected defects: a key-value store with Docker 20.10, and swarm mode with a current Docker
 * Engine. The variable E2E_ENGINE_BUNDLE selects another: `forky` is the newest.
 */
export const clusterKinds = ['seed', 'swarm-mode'] as const;
export type ClusterKind = (typeof clusterKinds)[number];

/** A network without containers, for defects of networks. */
export const spareNetwork = { name: 'spare-net', subnet: '10.0.39.0/24' } as const;

const extraNetworks = [{ name: 'other-net', subnet: '10.0.29.0/24' } as const, spareNetwork];

export interface LabOptions {
  /** The machines with their own kernel. Default: none. */
  readonly ownKernels?: readonly string[];
  /** The engine of all machines. Default: the usual one of the kind. */
  readonly engine?: string;
}

/**
 * Returns the tutorial's cluster with another host and two more networks. A defect can refer to a wrong host or
 * network, and a check can prove that it reports no unrelated ones.
 */
export function widerTopology(
  kind: ClusterKind,
  { ownKernels = [], engine }: LabOptions = {},
): Topology {
  const usual = kind === 'seed' ? seed : findTopology(kind);
  const networks = extraNetworks.map((network) => ({
    ...network,
    driver: 'overlay' as const,
    createdOn: 'master-host',
  }));
  const wider: Topology = {
    ...usual,
    name: `wider-${kind}`,
    machines: [...usual.machines, { name: 'third-host' }].map((machine) =>
      ownKernels.includes(machine.name) ? { ...machine, kernel: 'own' } : machine,
    ),
    networks: [...usual.networks, ...networks],
  };
  return engine === undefined ? wider : withEngine(wider, engine);
}
