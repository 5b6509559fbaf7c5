import type { Crowd } from '../../netns/limits/kernel-limits.ts';
import { includesStage, membersOf, placesOf, type Stage, type Topology } from '../topology.ts';

/** Returns the machines of a topology that share a kernel, and the containers that run on its machines at the end. */
export function crowdOf(topology: Topology, until: Stage): Crowd {
  const machines = topology.machines.filter(({ kernel }) => kernel !== 'own').length;
  const hosts = membersOf(topology).length;
  const tasks = (topology.services ?? []).map(({ mode, replicas = 1 }) =>
    mode === 'global' ? hosts : replicas,
  );
  const containers = placesOf(topology).length + tasks.reduce((sum, count) => sum + count, 0);
  return { machines, containers: includesStage(until, 'workload') ? containers : 0 };
}
