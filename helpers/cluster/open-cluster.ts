import type { Engine } from '../docker/engine.ts';
import type { Cluster } from './cluster.ts';
import { type ClusterKindName, type ClusterPlan, keystoreOf, type PlanOf } from './cluster-plan.ts';
import { consulOf } from './classic-swarm/kind.ts';
import { keyValueStoreOf } from './key-value/kind.ts';
import { openKeyValueCluster } from './key-value/key-value-cluster.ts';
import { openSwarmCluster } from './swarm-mode/swarm-cluster.ts';

/** The engines of a topology. */
interface Engines {
  /** All engines, in the topology's order. */
  readonly all: readonly Engine[];
  /** The engines of all machines but the keystore. */
  readonly members: readonly Engine[];
  readonly find: (machine: string) => Engine;
}

type Open<Plan> = { open(plan: Plan, engines: Engines): Cluster };

const keyValue: Open<PlanOf<'consul'>> = {
  open: (plan, { members, find }) =>
    openKeyValueCluster(plan, keyValueStoreOf(plan), find(plan.keystore), members),
};
const classicSwarm: Open<PlanOf<'classic-swarm'>> = {
  open: (plan, { members, find }) =>
    openKeyValueCluster(plan, consulOf(plan), find(plan.keystore), members),
};
const swarmMode: Open<PlanOf<'swarm-mode'>> = {
  open: (plan, { all, find }) => openSwarmCluster(plan, find(plan.manager), all),
};

const openers: { readonly [Name in ClusterKindName]: Open<PlanOf<Name>> } = {
  consul: keyValue,
  etcd: keyValue,
  zookeeper: keyValue,
  'classic-swarm': classicSwarm,
  'swarm-mode': swarmMode,
};

/**
 * Opens a running cluster. Sends no requests yet.
 *
 * @param engines the engines of all machines of the topology, in its order
 */
export function openCluster(plan: ClusterPlan, engines: readonly Engine[]): Cluster {
  const find = (name: string): Engine => {
    const engine = engines.find(({ machine }) => machine.name === name);
    if (engine === undefined) throw new Error(`no machine ${name} in the cluster`);
    return engine;
  };
  const members = engines.filter(({ machine }) => machine.name !== keystoreOf(plan));
  const opener: Open<ClusterPlan> = openers[plan.kind];
  return opener.open(plan, { all: engines, members, find });
}
