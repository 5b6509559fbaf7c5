/** The kinds of clusters that an audit distinguishes. */
export type AuditedKind = 'key-value' | 'swarm-mode' | 'unknown';

/** The properties of a kind of cluster that observing, comparing and diagnosing depend on. */
export interface ClusterTraits {
  /** The engines form a cluster. */
  readonly isCluster: boolean;
  /** A key-value store has the members, networks and endpoints. */
  readonly hasStore: boolean;
  /** The engines are nodes of a swarm: its managers have the members and networks. */
  readonly hasManagers: boolean;
  /** Each host knows each network, also without a container on it. */
  readonly sharesAllNetworks: boolean;
  /** The members are identified by their hostnames. */
  readonly needsUniqueHostnames: boolean;
  /** The gossip of an engine answers anyone; without it, only the engine knows its peers. */
  readonly hasOpenGossip: boolean;
  /** Options of `docker network create` for a network that containers can join. */
  readonly networkOptions: readonly string[];
  /** The word for several members. */
  readonly members: string;
  /** The effect of a restart on an engine that lacks a network. */
  readonly restartEffect: string;
}

const traits: Readonly<Record<AuditedKind, ClusterTraits>> = {
  'key-value': {
    isCluster: true,
    hasStore: true,
    hasManagers: false,
    sharesAllNetworks: true,
    needsUniqueHostnames: true,
    hasOpenGossip: true,
    networkOptions: [],
    members: 'hosts',
    restartEffect:
      'Restarts the engine, which then reads the store again. Containers stop unless they have a restart policy or the engine uses live-restore.',
  },
  'swarm-mode': {
    isCluster: true,
    hasStore: false,
    hasManagers: true,
    sharesAllNetworks: false,
    needsUniqueHostnames: false,
    hasOpenGossip: false,
    networkOptions: ['--attachable'],
    members: 'nodes',
    restartEffect:
      'Restarts the engine, which then asks the managers again. Containers stop unless they have a restart policy or the engine uses live-restore.',
  },
  unknown: {
    isCluster: false,
    hasStore: false,
    hasManagers: false,
    sharesAllNetworks: false,
    needsUniqueHostnames: true,
    hasOpenGossip: false,
    networkOptions: [],
    members: 'hosts',
    restartEffect:
      'Restarts the engine, which then reads the store again. Containers stop unless they have a restart policy or the engine uses live-restore.',
  },
};

/** Returns the properties of a cluster's kind. */
export function traitsOf({ kind }: { readonly kind: AuditedKind }): ClusterTraits {
  return traits[kind];
}
