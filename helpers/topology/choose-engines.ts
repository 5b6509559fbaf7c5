import { clusterKindOf } from '../cluster/cluster-plan.ts';
import { type EngineNeed, requireEngines } from '../cluster/require-engines.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { membersOf, type Topology } from './topology.ts';

/**
 * The topology with the engine of each machine named, as far as the provider lets it be chosen. Engines that cannot do
 * what the topology's cluster needs are a HarnessError, before anything starts.
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

/** What the topology's cluster needs of its engines. */
export function engineNeedOf({ cluster }: Pick<Topology, 'cluster'>): EngineNeed {
  return clusterKindOf(cluster).engineNeedOf(cluster);
}
