import type { Engine } from '../docker/engine.ts';
import type { Machine } from '../machine/machine.ts';
import type { RequestOrigin } from './request-from-machine.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import type { StoreServer } from './key-value/key-value-store.ts';

/** One of the engines of a cluster, as what holds the cluster together has it. */
export interface ClusterMember {
  /** What tells it from the others there: a key of the store, a node's hostname. */
  readonly name: string;
  readonly address: string;
  readonly state: string;
}

/**
 * What tells the engines of a cluster of each other: the key-value store, or the managers of a swarm. Values that are
 * written to it are kept beside what the engines keep there.
 */
export interface ClusterStore {
  /** The machine that it is on. */
  readonly machine: Machine;
  readonly port: number;
  /** As its container is called by its image; undefined where the engine itself is the store. */
  readonly container: string | undefined;
  /** Its make and version: «Consul 1.8.7». */
  describe(): Promise<string>;
  /** All servers that there are of it. */
  servers(): Promise<StoreServer[]>;
  write(key: string, value: string): Promise<void>;
  /** Undefined when there is no such key. */
  read(key: string): Promise<string | undefined>;
  remove(key: string): Promise<void>;
  /** The same value through that machine's own connection to the store: it proves that the machine reaches it. */
  readFrom(asker: RequestOrigin, key: string): Promise<string | undefined>;
}

/** A cluster that stands, with what differs by nature from one kind to another. */
export interface Cluster {
  readonly plan: ClusterPlan;
  /** Docker's word for where the networks live that all engines know: in a key-value store, or in a swarm. */
  readonly scope: 'global' | 'swarm';
  /** In the topology's order. */
  readonly engines: readonly Engine[];
  readonly store: ClusterStore;
  /** All engines that it has, those that are none of ours among them, in the order of their addresses. */
  readMembers(): Promise<ClusterMember[]>;
  /** What {@link readMembers} must say of an engine that is one of them. */
  describeMember(engine: Engine): ClusterMember;
  /** What the engine itself says of the cluster that it is in, and what it was given to find it. */
  readMembership(engine: Engine): Promise<Readonly<Record<string, unknown>>>;
  /** What {@link readMembership} must give, of an engine that is in this cluster. */
  describeMembership(engine: Engine): Promise<Readonly<Record<string, unknown>>>;
  /** Whom the engine itself knows in it, and in what state. */
  readGossipPeers(engine: Engine): Promise<ClusterMember[]>;
  /** What {@link readGossipPeers} must say of an engine that is in it, whichever of them is asked. */
  describeGossipPeer(engine: Engine): ClusterMember;
  /** The engine on which networks are created that the first is to learn of: the farthest that can create any. */
  readonly creator: Engine;
  /** Why a network cannot be removed again, where it cannot. */
  readonly irremovableOverlays: string | undefined;
  /**
   * Returns when nothing is in the way of that engine's knowing the network. In swarm mode a worker is told of a network
   * only while a container of its own is on it: there, one is until what this gives is disposed of.
   */
  useNetwork(engine: Engine, network: string): Promise<AsyncDisposable>;
}
