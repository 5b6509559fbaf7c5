import { isDeepStrictEqual } from 'node:util';
import type { ClusterPlan } from '../../cluster/cluster-plan.ts';
import type { TopologyDocument } from '../document.ts';
import {
  includesStage,
  placesOf,
  type ServicePlace,
  servicesOf,
  type Stage,
  type Topology,
} from '../topology.ts';

/** Finds changes in the description of a cluster since the bring-up. */
export function findDescriptionChanges(
  topology: Topology,
  until: Stage,
  document: TopologyDocument,
): string[] {
  const { cluster, networks } = topology;
  const has = (stage: Stage) => includesStage(until, stage) && includesStage(document.stage, stage);
  const lacking = has('network')
    ? networks.filter(
        ({ name, subnet }) =>
          !document.networks.some((one) => one.name === name && one.subnet === subnet),
      )
    : [];
  const places = has('workload') ? placesOf(topology) : [];
  const away = places.filter(
    ({ container, machine, network }) =>
      !document.workload.some(
        (one) => one.container === container && one.machine === machine && one.network === network,
      ),
  );
  const other = places.filter(({ container, mark }) =>
    document.workload.some((one) => one.container === container && one.mark !== mark),
  );
  const more = has('workload')
    ? document.workload.filter(
        ({ container }) => !places.some((one) => one.container === container),
      )
    : [];
  const wanted = has('workload') ? servicesOf(topology) : [];
  const known = has('workload') ? (document.services ?? []) : [];
  return [
    ...(isDeepStrictEqual(cluster, document.cluster)
      ? []
      : [`its cluster is ${describePlan(document.cluster)}, not ${describePlan(cluster)}`]),
    ...lacking.map(({ name, subnet }) => `it has no network ${name} of ${subnet}`),
    ...more.map(({ container }) => `it has a container ${container}, which is not in the topology`),
    ...other.map(({ container }) => `the description of ${container} has changed`),
    ...away.map(({ container, machine }) => `it has no ${container} on ${machine}`),
    ...compareServices(wanted, known),
  ];
}

function describePlan(plan: ClusterPlan): string {
  return Object.values(plan).join(' ');
}

function compareServices(
  wanted: readonly ServicePlace[],
  known: readonly ServicePlace[],
): string[] {
  return [
    ...known
      .filter(({ service }) => !wanted.some((one) => one.service === service))
      .map(({ service }) => `it has a service ${service}, which is not in the topology`),
    ...wanted.flatMap(({ service, mark }) => {
      const running = known.find((one) => one.service === service);
      if (running === undefined) return [`it has no service ${service}`];
      return running.mark === mark ? [] : [`the description of the service ${service} has changed`];
    }),
  ];
}
