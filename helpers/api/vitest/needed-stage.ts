import { clusterKindOf } from '../../cluster/cluster-plan.ts';
import {
  includesStage,
  lastStageOf,
  limitOf,
  type Stage,
  stages,
  type Topology,
} from '../../topology/topology.ts';

/** The last stage that a spec file needs, by the end of its path: `seed/keystore.spec.ts`. Other files need all stages. */
export type NeededStages = Readonly<Record<string, Stage>>;

/** Returns the last stage that these spec files need and the topology supports. */
export function neededStage(
  files: readonly string[],
  topology: Topology,
  needs: NeededStages = {},
): Stage {
  const wanted = files
    .filter((file) => whyLeftOut(file, topology, needs) === undefined)
    .map((file) => stageOfFile(file, needs));
  // In swarm mode, a host knows a network only while one of its containers uses it.
  if (clusterKindOf(topology.cluster).networksFollowContainers && wanted.includes('network'))
    return 'workload';
  return stages.findLast((stage) => wanted.includes(stage)) ?? lastStageOf(topology);
}

/** Returns the reason to skip a spec file on a topology; undefined if it runs. */
export function whyLeftOut(
  file: string,
  topology: Pick<Topology, 'cluster'>,
  needs: NeededStages = {},
): string | undefined {
  const limit = limitOf(topology);
  return limit === undefined || includesStage(limit.stage, stageOfFile(file, needs))
    ? undefined
    : limit.because;
}

/** Returns the stage that a file needs; all stages by default. */
export function stageOfFile(file: string, needs: NeededStages): Stage {
  const found = Object.entries(needs).find(([ending]) => `/${file}`.endsWith(`/${ending}`));
  return found?.[1] ?? 'workload';
}
