import { consulOf } from '../../../cluster/classic-swarm/kind.ts';
import { keyValueStoreOf } from '../../../cluster/key-value/kind.ts';
import type { ClusterKindName, ClusterPlan, PlanOf } from '../../../cluster/cluster-plan.ts';
import {
  isSwarmImageNamed,
  NO_SWARM_IMAGE,
  requireSwarmImage,
} from '../../../workload/images/swarm.ts';
import type { Topology } from '../../topology.ts';
import { swarmAgents } from './classic-swarm.ts';
import { formKeyValueCluster } from './form-key-value-cluster.ts';
import { formSwarm } from './form-swarm.ts';
import type { Forming, FormingCluster } from './forming.ts';

/** Forms the clusters of a kind. */
interface Former<Plan> {
  /** Fails before anything starts if this machine lacks something that the kind needs. */
  prepare?(tried: string): Promise<unknown>;
  /** Returns the reason why this machine cannot run the kind; undefined if it can. */
  whyNotHere?(): string | undefined;
  form(topology: Topology, plan: Plan, forming: Forming): FormingCluster;
}

const keyValue: Former<PlanOf<'consul'>> = {
  form: (topology, plan, forming) => formKeyValueCluster(topology, keyValueStoreOf(plan), forming),
};
const classicSwarm: Former<PlanOf<'classic-swarm'>> = {
  prepare: requireSwarmImage,
  whyNotHere: () => (isSwarmImageNamed() ? undefined : NO_SWARM_IMAGE),
  form: (topology, plan, forming) =>
    formKeyValueCluster(topology, consulOf(plan), forming, swarmAgents(plan)),
};
const swarmMode: Former<PlanOf<'swarm-mode'>> = { form: formSwarm };

/** The cluster kinds of `cluster/cluster-plan.ts`. */
const formers: { readonly [Name in ClusterKindName]: Former<PlanOf<Name>> } = {
  consul: keyValue,
  etcd: keyValue,
  zookeeper: keyValue,
  'classic-swarm': classicSwarm,
  'swarm-mode': swarmMode,
};

/** Returns the former of a plan's kind. */
export function formerOf({ kind }: Pick<ClusterPlan, 'kind'>): Former<ClusterPlan> {
  return formers[kind];
}
