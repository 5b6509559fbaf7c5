import type { ApplicationView } from './application-view.ts';
import type { EngineView } from './engine-view.ts';
import type { GossipView } from './gossip-view.ts';
import type { KernelView } from './kernel-view.ts';
import type { NamesView } from './names-view.ts';
import type { PathsView } from './paths-view.ts';
import type { StoreReach, StoreView } from './store-view.ts';
import type { SwarmView } from './swarm-view.ts';
import type { Observed } from './observed.ts';
import type { Expectations } from './target.ts';

export type Pulse = 'answers' | 'invalid' | 'hangs' | 'silent';

/** What was seen of one host. */
export interface HostView {
  readonly name: string;
  /** IPv4 address at which the other hosts find it; undefined when neither the user nor its engine says. */
  readonly address: string | undefined;
  readonly engine: Observed<EngineView>;
  /**
   * Whether its engine lives. What one says counts for nothing when a part of it is invalid. One that hangs takes connections, and does not answer what it must look up in the cluster's
   * store.
   */
  readonly pulse: Pulse;
  /** Whether the key-value store is reached from there: needs a probe. */
  readonly reach: Observed<StoreReach>;
  /** Whom its engine's gossip knows. */
  readonly gossip: Observed<GossipView>;
  /** What its kernel has: needs a privileged probe. */
  readonly kernel: Observed<KernelView>;
}

/** A host of whom only its engine was asked. */
export type AskedHost = Pick<HostView, 'name' | 'address' | 'engine' | 'pulse'>;

/** All that an audit has seen of a cluster: plain data, not judged. */
export interface Observation {
  /** What was audited, for people. */
  readonly target: string;
  readonly kind: 'key-value' | 'swarm-mode' | 'unknown';
  readonly isComplete: boolean;
  readonly expectations: Expectations;
  /** In the target's order. */
  readonly hosts: readonly HostView[];
  /** The key-value store. */
  readonly store: Observed<StoreView>;
  /** What the managers of a swarm say. */
  readonly swarm: Observed<SwarmView>;
  /** What the containers' resolvers answer. */
  readonly names: Observed<NamesView>;
  /** What live probes met on their way: between hosts, and between containers. */
  readonly paths: Observed<PathsView>;
  /** What published ports and the application answer. */
  readonly application: Observed<ApplicationView>;
  /** What the audit could not take away again of its own, in words for people. */
  readonly leftovers: readonly string[];
}
