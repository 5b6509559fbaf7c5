import type { TestProject } from 'vitest/node';
import { decideHere } from '../../machine/choose-provider.ts';
import { providerKinds } from '../../machine/provider-kinds.ts';
import type { Topology } from '../../topology/topology.ts';
import { hasTopology } from '../../report/vitest/topology-project.ts';
import { formerOf } from '../../topology/bring-up/stages/form-cluster.ts';

/** Returns the reason why a topology cannot be brought up for a run of specs; undefined if it can. */
export function whyNotHere(
  { name, cluster }: Topology,
  { vitest }: TestProject,
): string | undefined {
  const missing = formerOf(cluster).whyNotHere?.();
  if (missing !== undefined) return missing;
  // In run order, so the first project decides: the seed, if it is part of the run.
  const [first] = vitest.projects.filter(hasTopology);
  if (first === undefined || first.name === name) return undefined;
  const { name: provider } = decideHere();
  const driver = providerKinds[provider].oneTopologyDriver(process.env);
  if (driver === undefined) return undefined;
  return `on ${provider} with the driver ${driver} only one topology can run at a time: run it with --project ${name}`;
}
