import { z } from 'zod';
import { type KeyValueStoreKind, keyValueStoreKinds } from './key-value/key-value-store.ts';

const advertise = z
  .string()
  .regex(/^[^\s:]+:\d{1,5}$/, 'it is not INTERFACE:PORT or ADDRESS:PORT, such as eth1:2376');

/** Engines that find each other through a key-value store in a container on one machine. */
const keyValueCluster = z.strictObject({
  /** The key-value store. */
  kind: z.enum(keyValueStoreKinds),
  /** The machine that runs the key-value store. */
  keystore: z.string(),
  /** The address that each engine advertises to the others: `INTERFACE:PORT`. */
  advertise,
});

/** Engines that find each other through Consul, with the containers of classic Swarm. */
const classicSwarm = z.strictObject({
  /** Classic Swarm with Consul. */
  kind: z.literal('classic-swarm'),
  /** The machine that runs Consul. */
  keystore: z.string(),
  /** The address that each engine advertises to the others: `INTERFACE:PORT`. */
  advertise,
  /** The machine that runs the Swarm manager for all engines, on port 3376. */
  master: z.string(),
});

/** Engines that are nodes of one swarm and find each other through its manager. */
const swarmMode = z.strictObject({
  /** Docker's swarm mode, without a key-value store. */
  kind: z.literal('swarm-mode'),
  /** The machine whose engine creates the swarm and is its only manager. */
  manager: z.string(),
});

/** The cluster kind: how the engines of a topology find each other. */
export const clusterPlan = z.discriminatedUnion('kind', [keyValueCluster, classicSwarm, swarmMode]);

export type ClusterPlan = Readonly<z.infer<typeof clusterPlan>>;
export type SwarmModePlan = Extract<ClusterPlan, { kind: 'swarm-mode' }>;
/** The cluster kinds whose engines need a key-value store. */
export type KeyValuePlan = Exclude<ClusterPlan, SwarmModePlan>;

/** Returns the machine that runs the key-value store; undefined in swarm mode, where managers keep the data. */
export function keystoreOf(plan: ClusterPlan): string | undefined {
  return plan.kind === 'swarm-mode' ? undefined : plan.keystore;
}

/** Returns the kind of key-value store that the cluster needs. */
export function storeKindOf({ kind }: KeyValuePlan): KeyValueStoreKind {
  return kind === 'classic-swarm' ? 'consul' : kind;
}

/**
 * Returns the options for an overlay network that containers can join. Swarm mode reserves its overlay networks for
 * services unless they are attachable; other cluster kinds do not have this option.
 */
export function overlayOptionsFor({ kind }: ClusterPlan): { readonly attachable?: true } {
  return kind === 'swarm-mode' ? { attachable: true } : {};
}
