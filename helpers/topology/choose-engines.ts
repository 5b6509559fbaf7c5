import { clusterKindOf } from '../cluster/cluster-plan.ts';
import { type EngineNeed, requireEngines } from '../cluster/require-engines.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { membersOf, type Topology } from './topology.ts';

/**
 * Chooses the engine of each machine of a topology, as far as the provider allows it. Throws a HarnessError before
 * anything starts if an engine lacks a feature that the topology's cluster needs.
 */
export async function chooseEngines(
  topology: Topology,
  provider: MachineProvider,
): Promise<Topology> {
  const machines = topology.machines.map((machine) => {
    const engineBundle = provider.engineBundleOf(machine, topology.engineBundle);
    return engineBundle === undefined ? machine : { ...machine, engineBundle };
  });
  const chosen = { ...topology, machines };
  await requireEngines(provider, engineNeedOf(topology), membersOf(chosen));
  return chosen;
}

/** Returns the feature that a topology's cluster needs of its engines. */
export function engineNeedOf({ cluster }: Pick<Topology, 'cluster'>): EngineNeed {
  return clusterKindOf(cluster).engineNeedOf(cluster);
}
