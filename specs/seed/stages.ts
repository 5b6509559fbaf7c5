import { basename, dirname } from 'node:path';
import { clusterKindOf } from '../../helpers/cluster/cluster-plan.ts';
import {
  includesStage,
  lastStageOf,
  limitOf,
  type Stage,
  stages,
  type Topology,
} from '../../helpers/topology/topology.ts';

/** The stage that each spec file needs. */
const needs: Readonly<Record<string, Stage>> = {
  'keystore.spec.ts': 'cluster',
  'cluster.spec.ts': 'cluster',
  'overlay-network.spec.ts': 'network',
  'name-and-ping.spec.ts': 'workload',
  'car-endpoint.spec.ts': 'workload',
};

/** Returns the last stage that these spec files need and the topology supports. */
export function stageFor(files: readonly string[], topology: Topology): Stage {
  const wanted = files
    .filter((file) => whyLeftOut(file, topology) === undefined)
    .map((file) => stageOf(file));
  // In swarm mode, a host knows a network only while one of its containers uses it.
  if (clusterKindOf(topology.cluster).networksFollowContainers && wanted.includes('network'))
    return 'workload';
  return stages.findLast((stage) => wanted.includes(stage)) ?? lastStageOf(topology);
}

/** Returns the reason to skip a spec file on a topology; undefined if it runs. */
export function whyLeftOut(file: string, topology: Pick<Topology, 'cluster'>): string | undefined {
  const limit = limitOf(topology);
  return limit === undefined || includesStage(limit.stage, stageOf(file))
    ? undefined
    : limit.because;
}

/** Returns the stage that a file needs; all stages by default. */
export function stageOf(file: string): Stage {
  return needs[partOf(file)] ?? 'workload';
}

/** Returns the name of a spec file of this folder; files of other folders may have the same name. */
function partOf(file: string): string {
  return basename(dirname(file)) === 'seed' ? basename(file) : '';
}

/** Returns the position of a spec file in the tutorial, from 0; other files come last. */
export function tutorialOrder(file: string): number {
  const place = Object.keys(needs).indexOf(partOf(file));
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
