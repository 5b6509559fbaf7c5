import { z } from 'zod';
import { classicSwarm, classicSwarmKind } from './classic-swarm/kind.ts';
import type { ClusterKind, PlannedStore } from './cluster-kind.ts';
import { keyValueCluster, keyValueKind } from './key-value/kind.ts';
import { swarmMode, swarmModeKind } from './swarm-mode/kind.ts';

/** The cluster kind: how the engines of a topology find each other. */
export const clusterPlan = z.discriminatedUnion('kind', [keyValueCluster, classicSwarm, swarmMode]);

export type ClusterPlan = Readonly<z.infer<typeof clusterPlan>>;
export type ClusterKindName = ClusterPlan['kind'];
export type PlanOf<Name extends ClusterKindName> = ClusterPlan extends infer Plan
  ? Plan extends { readonly kind: ClusterKindName }
    ? Name extends Plan['kind']
      ? Plan
      : never
    : never
  : never;

/** All cluster kinds by the names that plans have for them. */
const clusterKinds: { readonly [Name in ClusterKindName]: ClusterKind<PlanOf<Name>> } = {
  consul: keyValueKind,
  etcd: keyValueKind,
  zookeeper: keyValueKind,
  'classic-swarm': classicSwarmKind,
  'swarm-mode': swarmModeKind,
};

/** Returns the kind of a plan. */
export function clusterKindOf({ kind }: Pick<ClusterPlan, 'kind'>): ClusterKind<ClusterPlan> {
  return clusterKinds[kind];
}

/** Returns the kind with that name, if there is one: for a description that may be wrong. */
export function findClusterKind(name: string | undefined): ClusterKind<ClusterPlan> | undefined {
  return Object.entries(clusterKinds).find(([one]) => one === name)?.[1];
}

/** Returns the key-value store of a cluster; undefined in swarm mode, where managers keep the data. */
export function storeOf(plan: ClusterPlan): PlannedStore | undefined {
  return clusterKindOf(plan).storeOf(plan);
}

/** Returns the machine that runs the key-value store; undefined in swarm mode, where managers keep the data. */
export function keystoreOf(plan: ClusterPlan): string | undefined {
  return storeOf(plan)?.machine;
}
