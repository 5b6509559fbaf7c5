import { type NeededStages, stageOfFile } from '../../helpers/api/vitest/needed-stage.ts';
import type { Stage } from '../../helpers/topology/topology.ts';

/** The stage that each spec file of this folder needs, in the tutorial's order. */
export const neededStages = {
  'seed/keystore.spec.ts': 'cluster',
  'seed/cluster.spec.ts': 'cluster',
  'seed/overlay-network.spec.ts': 'network',
  'seed/name-and-ping.spec.ts': 'workload',
  'seed/car-endpoint.spec.ts': 'workload',
} as const satisfies NeededStages;

/** Returns the stage that a file needs; all stages by default. */
export function stageOf(file: string): Stage {
  return stageOfFile(file, neededStages);
}

/** Returns the position of a spec file in the tutorial, from 0; other files come last. */
export function tutorialOrder(file: string): number {
  const place = Object.keys(neededStages).findIndex((one) => `/${file}`.endsWith(`/${one}`));
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
