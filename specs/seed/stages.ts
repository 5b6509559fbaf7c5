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

/** How much of the topology each spec file needs to be there. */
const needs: Readonly<Record<string, Stage>> = {
  'keystore.spec.ts': 'cluster',
  'cluster.spec.ts': 'cluster',
  'overlay-network.spec.ts': 'network',
  'name-and-ping.spec.ts': 'workload',
  'car-endpoint.spec.ts': 'workload',
};

/** The last stage that one of these spec files needs, as far as the topology goes. */
export function stageFor(files: readonly string[], topology: Topology): Stage {
  const wanted = files
    .filter((file) => whyLeftOut(file, topology) === undefined)
    .map((file) => stageOf(file));
  // In swarm mode a host knows a network only while a container of its own is on it.
  if (clusterKindOf(topology.cluster).networksFollowContainers && wanted.includes('network'))
    return 'workload';
  return stages.findLast((stage) => wanted.includes(stage)) ?? lastStageOf(topology);
}

/** Why a spec file has nothing to ask of the topology; undefined when it has. */
export function whyLeftOut(file: string, topology: Pick<Topology, 'cluster'>): string | undefined {
  const limit = limitOf(topology);
  return limit === undefined || includesStage(limit.stage, stageOf(file))
    ? undefined
    : limit.because;
}

/** A file that says nothing needs all of them. */
export function stageOf(file: string): Stage {
  return needs[partOf(file)] ?? 'workload';
}

/** The name of one of these files; those of other folders may be called the same. */
function partOf(file: string): string {
  return basename(dirname(file)) === 'seed' ? basename(file) : '';
}

/** Where a spec file stands in the tutorial, from 0; after all of them if it is none of its parts. */
export function tutorialOrder(file: string): number {
  const place = Object.keys(needs).indexOf(partOf(file));
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
