import { z } from 'zod';
import { advertise } from '../advertise.ts';
import type { ClusterKind, PlannedStore } from '../cluster-kind.ts';
import { keyValueStoreKinds } from './stores/key-value-store.ts';
import { storeLimits } from './store-limits.ts';

/** Engines that find each other through a key-value store in a container on one machine. */
export const keyValueCluster = z.strictObject({
  /** The key-value store. */
  kind: z.enum(keyValueStoreKinds),
  /** The machine that runs the key-value store. */
  keystore: z.string(),
  /** The address that each engine advertises to the others: `INTERFACE:PORT`. */
  advertise,
});

export type KeyValuePlan = Readonly<z.infer<typeof keyValueCluster>>;

/** Returns the key-value store of the cluster. */
export function keyValueStoreOf({ kind, keystore, ...plan }: KeyValuePlan): PlannedStore {
  return { kind, machine: keystore, advertise: plan.advertise };
}

/** A cluster on a key-value store. */
export const keyValueKind: ClusterKind<KeyValuePlan> = {
  auditKind: 'key-value',
  swarmState: 'inactive',
  overlayOptions: {},
  ownNetworks: [],
  creatorRole: undefined,
  networksFollowContainers: false,
  storeOf: keyValueStoreOf,
  engineNeedOf: ({ kind }) => kind,
  ownContainersOn: () => [],
  serviceManagerOf: () => undefined,
  whyNoContainers: ({ kind }) => storeLimits[kind].containers,
};
