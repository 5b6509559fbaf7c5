import type { Engine } from '../docker/engine.ts';
import type { Cluster } from './cluster.ts';
import { type ClusterPlan, keystoreOf } from './cluster-plan.ts';
import { openKeyValueCluster } from './key-value/key-value-cluster.ts';
import { openSwarmCluster } from './swarm-mode/swarm-cluster.ts';

/**
 * A cluster that stands, asked through its engines. Asks nothing yet.
 *
 * @param engines of all machines of the topology, in its order
 */
export function openCluster(plan: ClusterPlan, engines: readonly Engine[]): Cluster {
  const find = (name: string): Engine => {
    const engine = engines.find(({ machine }) => machine.name === name);
    if (engine === undefined) throw new Error(`the cluster has no machine ${name}`);
    return engine;
  };
  if (plan.kind === 'swarm-mode') return openSwarmCluster(plan, find(plan.manager), engines);
  const members = engines.filter(({ machine }) => machine.name !== keystoreOf(plan));
  return openKeyValueCluster(plan, find(plan.keystore), members);
}
