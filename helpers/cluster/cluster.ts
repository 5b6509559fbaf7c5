import type { Engine } from '../docker/engine.ts';
import type { Machine } from '../machine/machine.ts';
import type { RequestOrigin } from './request-from-machine.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import type { StoreServer } from './key-value/stores/key-value-store.ts';

/** An engine of a cluster, as the key-value store or the swarm lists it. */
export interface ClusterMember {
  /** The member's unique name: a key of the key-value store, or a node's hostname. */
  readonly name: string;
  readonly address: string;
  readonly state: string;
}

/**
 * The source from which the engines of a cluster learn of each other: the key-value store, or the managers of a swarm.
 * Values written to it are stored next to the engines' own data.
 */
export interface ClusterStore {
  /** The machine that runs it. */
  readonly machine: Machine;
  readonly port: number;
  /** The name of its container, which is that of its image; undefined if the engine itself is the store. */
  readonly container: string | undefined;
  /** Returns the product and version: "Consul 1.8.7". */
  describe(): Promise<string>;
  /** Returns all of its servers. */
  servers(): Promise<StoreServer[]>;
  write(key: string, value: string): Promise<void>;
  /** Returns undefined if the key does not exist. */
  read(key: string): Promise<string | undefined>;
  remove(key: string): Promise<void>;
  /** Returns the same value through a machine's own connection, which proves that the machine reaches it. */
  readFrom(origin: RequestOrigin, key: string): Promise<string | undefined>;
}

/** A running cluster, with everything that depends on its kind. */
export interface Cluster {
  readonly plan: ClusterPlan;
  /** Docker's name for the scope of networks that all engines know: in a key-value store, or in a swarm. */
  readonly scope: 'global' | 'swarm';
  /** The engines, in the topology's order. */
  readonly engines: readonly Engine[];
  readonly store: ClusterStore;
  /** Returns all engines of the cluster, including those outside the topology, sorted by address. */
  readMembers(): Promise<ClusterMember[]>;
  /** Returns the expected result of {@link readMembers} for an engine of the cluster. */
  describeMember(engine: Engine): ClusterMember;
  /** Returns the engine's own view of its cluster, and the options it was given to find the cluster. */
  readMembership(engine: Engine): Promise<Readonly<Record<string, unknown>>>;
  /** Returns the expected result of {@link readMembership} for an engine of the cluster. */
  describeMembership(engine: Engine): Promise<Readonly<Record<string, unknown>>>;
  /** Returns the engines that the gossip of an engine knows, with their states. */
  readGossipPeers(engine: Engine): Promise<ClusterMember[]>;
  /** Returns the expected entry of {@link readGossipPeers} for an engine, whichever engine is queried. */
  describeGossipPeer(engine: Engine): ClusterMember;
  /** The engine that creates networks for tests: the last one in the topology's order that can create any. */
  readonly creator: Engine;
  /** The reason why a network cannot be removed; undefined if it can. */
  readonly irremovableOverlays: string | undefined;
  /**
   * Waits until an engine can know a network. In swarm mode, a worker learns of a network only while one of its
   * containers uses it, so a container runs there until the result is disposed of.
   */
  useNetwork(engine: Engine, network: string): Promise<AsyncDisposable>;
}
