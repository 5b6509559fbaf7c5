import type { EngineAbilities } from '../debian/engines/engine-capabilities.ts';
import type { KeyValueStoreKind } from './key-value/stores/key-value-store.ts';

/** The reason why an engine cannot be in a cluster, and the fix. */
export interface UnsuitableEngine {
  readonly observed: string;
  readonly hint: string;
}

/** The key-value store of a cluster: its kind and the machine that runs it. */
export interface PlannedStore {
  readonly kind: KeyValueStoreKind;
  readonly machine: string;
  /** The address that each engine advertises: `INTERFACE:PORT`. */
  readonly advertise: string;
}

/**
 * A cluster kind: its plan's consequences, without a connection to any engine. Each folder of a kind exports one, and
 * `cluster-kinds.ts` registers it. How a kind opens and how it forms is registered under the same names, in
 * `open-cluster.ts` and in `topology/bring-up/stages/form-cluster.ts`.
 */
export interface ClusterKind<Plan> {
  /** The kind of cluster that an audit examines. */
  readonly auditKind: 'key-value' | 'swarm-mode';
  /** The state of swarm mode in the cluster's engines. */
  readonly swarmState: 'active' | 'inactive';
  /** Options that an overlay network needs so that containers can join it. */
  readonly overlayOptions: { readonly attachable?: true };
  /** Overlay networks that the engines create themselves. */
  readonly ownNetworks: readonly { readonly name: string; readonly subnet: string }[];
  /** The field of the plan with the only machine that can create networks; undefined if each machine can. */
  readonly creatorRole: 'manager' | undefined;
  /** A host knows a network only while it runs a container on it. */
  readonly networksFollowContainers: boolean;
  /** The key-value store; undefined if the engines need none. */
  storeOf(plan: Plan): PlannedStore | undefined;
  /** The feature that the cluster needs of its engines. */
  engineNeedOf(plan: Plan): KeyValueStoreKind | 'swarm-mode';
  /** Containers that a machine of the cluster runs for the cluster itself. */
  ownContainersOn(plan: Plan, machine: string): readonly string[];
  /** The machine whose engine creates services; undefined if the cluster has none. */
  serviceManagerOf(plan: Plan): string | undefined;
  /** The reason why containers cannot join networks of the cluster; undefined if they can. */
  whyNoContainers(plan: Plan): string | undefined;
}

/** Returns the reason why an engine cannot be in a cluster; undefined if it can. */
export type RefuseEngine = (
  abilities: EngineAbilities,
  /** The origin of that version's build. */
  build: string,
) => UnsuitableEngine | undefined;
