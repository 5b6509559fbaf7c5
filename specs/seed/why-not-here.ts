import type { TestProject } from 'vitest/node';
import { decideHere } from '../../helpers/machine/choose-provider.ts';
import { seed } from '../../helpers/topology/seed.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { isSwarmImageNamed, NO_SWARM_IMAGE } from '../../helpers/workload/images/swarm.ts';

/** Why a topology cannot be stood up for a run of specs; undefined when it can. */
export function whyNotHere(
  { name, cluster }: Topology,
  { vitest }: TestProject,
): string | undefined {
  if (cluster.kind === 'classic-swarm' && !isSwarmImageNamed()) return NO_SWARM_IMAGE;
  if (name === seed.name || !vitest.projects.some((project) => project.name === seed.name)) {
    return undefined;
  }
  const { name: provider, driver } = decideHere();
  if (provider !== 'docker-machine' || driver === 'netns') return undefined;
  return `on docker-machine with the driver ${driver} one topology stands at a time: npm run e2e:${name}`;
}
