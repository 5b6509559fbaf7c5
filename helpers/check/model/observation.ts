import type { ApplicationView } from './views/application-view.ts';
import type { EngineView } from './views/engine-view.ts';
import type { GossipView } from './views/gossip-view.ts';
import type { KernelView } from './views/kernel-view.ts';
import type { NamesView } from './views/names-view.ts';
import type { BalancingView } from './views/balancing-view.ts';
import type { ServiceConnectionsView } from './views/service-connections-view.ts';
import type { ServiceNamesView } from './views/service-names-view.ts';
import type { PathsView } from './views/paths-view.ts';
import type { StoreReach, StoreView } from './views/store-view.ts';
import type { SwarmView } from './views/swarm-view.ts';
import type { Observed } from './observed.ts';
import type { Expectations, TargetStore } from './target.ts';
import type { AuditedKind } from './cluster-traits.ts';

export type Pulse = 'answers' | 'invalid' | 'hangs' | 'silent';

/** The observation of one host. */
export interface HostView {
  readonly name: string;
  /** IPv4 address at which the other hosts find it; undefined when neither the user nor its engine says. */
  readonly address: string | undefined;
  readonly engine: Observed<EngineView>;
  /**
   * The state of its engine. With an invalid part, nothing that the engine reports counts. An engine that hangs accepts
   * connections, but does not answer requests that need the store of the cluster.
   */
  readonly pulse: Pulse;
  /** The result of the host's connection to the key-value store; needs a probe. */
  readonly reach: Observed<StoreReach>;
  /** The peers that its engine's gossip knows. */
  readonly gossip: Observed<GossipView>;
  /** The data of its kernel; needs a privileged probe. */
  readonly kernel: Observed<KernelView>;
  /** The load balancing of services in its kernel; needs a privileged probe. */
  readonly balancing: Observed<BalancingView>;
}

/** A host with the data of its engine only. */
export type QueriedHost = Pick<HostView, 'name' | 'address' | 'engine' | 'pulse'>;

/** The observation of a cluster: plain data that is not diagnosed yet. */
export interface Observation {
  /** The name of the cluster. */
  readonly target: string;
  readonly kind: AuditedKind;
  readonly isComplete: boolean;
  readonly expectations: Expectations;
  /** In the target's order. */
  readonly hosts: readonly HostView[];
  /** The key-value store. */
  readonly store: Observed<StoreView>;
  /** The key-value store that the target names; undefined if only the engines report it. */
  readonly namedStore?: TargetStore | undefined;
  /** The data of the managers of a swarm. */
  readonly swarm: Observed<SwarmView>;
  /** The name lookups in containers. */
  readonly names: Observed<NamesView>;
  /** The lookups of the names of services in containers. */
  readonly serviceNames: Observed<ServiceNamesView>;
  /** The connections to services and their tasks. */
  readonly serviceConnections: Observed<ServiceConnectionsView>;
  /** The trials of live probes between hosts and between containers. */
  readonly paths: Observed<PathsView>;
  /** The answers of published ports and the application. */
  readonly application: Observed<ApplicationView>;
  /** Objects of the check that could not be removed, in words. */
  readonly notRemoved: readonly string[];
}
