import { isDeepStrictEqual } from 'node:util';
import type { ClusterPlan } from '../cluster/cluster-plan.ts';
import type { TopologyDocument } from './document.ts';
import { includesStage, type Stage, type Topology } from './topology.ts';

/** In what the description of a cluster is another by now than it was when the cluster was stood up. */
export function describedDifferences(
  { cluster, networks, workload: { application, database } }: Topology,
  until: Stage,
  document: TopologyDocument,
): string[] {
  const has = (stage: Stage) => includesStage(until, stage) && includesStage(document.stage, stage);
  const lacking = has('network')
    ? networks.filter(
        ({ name, subnet }) =>
          !document.networks.some((one) => one.name === name && one.subnet === subnet),
      )
    : [];
  const away = has('workload')
    ? [application, database].filter(
        ({ container, machine }) =>
          !document.workload.some((one) => one.container === container && one.machine === machine),
      )
    : [];
  return [
    ...(isDeepStrictEqual(cluster, document.cluster)
      ? []
      : [`its cluster is ${describePlan(document.cluster)}, not ${describePlan(cluster)}`]),
    ...lacking.map(({ name, subnet }) => `it has no network ${name} of ${subnet}`),
    ...away.map(({ container, machine }) => `it has no ${container} on ${machine}`),
  ];
}

function describePlan(plan: ClusterPlan): string {
  return Object.values(plan).join(' ');
}
