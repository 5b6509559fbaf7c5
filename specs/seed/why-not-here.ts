import type { TestProject } from 'vitest/node';
import { decideHere } from '../../helpers/machine/choose-provider.ts';
import { providerKinds } from '../../helpers/machine/provider-kinds.ts';
import type { Topology } from '../../helpers/topology/topology.ts';
import { formerOf } from '../../helpers/topology/bring-up/stages/form-cluster.ts';

/** Why a topology cannot be stood up for a run of specs; undefined when it can. */
export function whyNotHere(
  { name, cluster }: Topology,
  { vitest }: TestProject,
): string | undefined {
  const missing = formerOf(cluster).whyNotHere?.();
  if (missing !== undefined) return missing;
  // In the order in which they are run. Those that come first decide: the seed, where it is run at all.
  const [first] = vitest.projects.filter(hasTopology);
  if (first === undefined || first.name === name) return undefined;
  const { name: provider } = decideHere();
  const driver = providerKinds[provider].oneTopologyDriver(process.env);
  if (driver === undefined) return undefined;
  return `on ${provider} with the driver ${driver} one topology stands at a time: npm test -- --project ${name}`;
}

/** Whether its specs run on a topology that its set-up stands up. */
function hasTopology({ name }: TestProject): boolean {
  return name !== 'unit' && name !== 'machines';
}
