import { z } from 'zod';
import { type KeyValueStoreKind, keyValueStoreKinds } from './key-value-store.ts';

const advertise = z
  .string()
  .regex(/^[^\s:]+:\d{1,5}$/, 'it is not INTERFACE:PORT or ADDRESS:PORT: eth1:2376');

/** Engines that find each other through a key-value store, which runs in a container on the keystore. */
const keyValueCluster = z.strictObject({
  /** Which key-value store it is. */
  kind: z.enum(keyValueStoreKinds),
  /** The name of the machine that holds the key-value store. */
  keystore: z.string(),
  /** What the engines advertise to each other: `INTERFACE:PORT`. */
  advertise,
});

/** The same on Consul, and beside the engines the containers of classic Swarm, which find each other through it too. */
const classicSwarm = z.strictObject({
  /** Classic Swarm, whose store is Consul. */
  kind: z.literal('classic-swarm'),
  /** The name of the machine that holds Consul. */
  keystore: z.string(),
  /** What the engines advertise to each other: `INTERFACE:PORT`. */
  advertise,
  /** The machine whose manager speaks for all engines, on port 3376. */
  master: z.string(),
});

/** Engines that are nodes of one swarm: what they know of each other, its manager tells them. */
const swarmMode = z.strictObject({
  /** Docker's own swarm mode, without a store. */
  kind: z.literal('swarm-mode'),
  /** The machine whose engine makes the swarm, and stays its only manager. */
  manager: z.string(),
});

/** How the engines of a topology come to know each other. */
export const clusterPlan = z.discriminatedUnion('kind', [keyValueCluster, classicSwarm, swarmMode]);

export type ClusterPlan = Readonly<z.infer<typeof clusterPlan>>;
export type SwarmModePlan = Extract<ClusterPlan, { kind: 'swarm-mode' }>;
/** Those whose engines need a key-value store. */
export type KeyValuePlan = Exclude<ClusterPlan, SwarmModePlan>;

/** The machine that holds the key-value store; none in swarm mode, whose managers keep what there is to know. */
export function keystoreOf(plan: ClusterPlan): string | undefined {
  return plan.kind === 'swarm-mode' ? undefined : plan.keystore;
}

/** Which key-value store the cluster needs. */
export function storeKindOf({ kind }: KeyValuePlan): KeyValueStoreKind {
  return kind === 'classic-swarm' ? 'consul' : kind;
}

/**
 * With what an overlay is created that containers are to be on. Swarm mode keeps its overlays for services, unless it is
 * told otherwise; others have no such word.
 */
export function overlayOptionsFor({ kind }: ClusterPlan): { readonly attachable?: true } {
  return kind === 'swarm-mode' ? { attachable: true } : {};
}
