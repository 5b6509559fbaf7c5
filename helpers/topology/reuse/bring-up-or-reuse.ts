import type { MachineProvider } from '../../machine/machine.ts';
import { chooseEngines } from '../choose-engines.ts';
import { chooseKernels } from '../choose-kernels.ts';
import { claimStateDirectory, releaseClaim } from '../bring-up/claim.ts';
import type { TopologyDocument } from '../document.ts';
import { requireStage } from '../bring-up/require-stage.ts';
import { requireHealthy } from './require-healthy.ts';
import { reuseTopology } from './reuse.ts';
import { type BringUpOptions, bringUp } from '../bring-up/bring-up.ts';
import { tearDown } from '../bring-up/tear-down.ts';
import { lastStageOf, type Topology } from '../topology.ts';

export interface RunningTopology {
  readonly document: TopologyDocument;
  /** True if an earlier run brought it up. */
  readonly reused: boolean;
}

/**
 * Returns the topology that an earlier run left in the state directory, after checking that it matches and works, or
 * brings up a new one. A topology that differs or does not work is an error and stays unchanged.
 */
export async function bringUpOrReuse(
  topology: Topology,
  provider: MachineProvider,
  options: BringUpOptions,
): Promise<RunningTopology> {
  const { until = lastStageOf(topology), keepClaim = false } = options;
  requireStage(topology, until);
  const { store } = provider;
  const { abandoned } = await claimStateDirectory(store, `reuse ${topology.name}`);
  if (abandoned) await tearDown(provider);
  let reusable = false;
  let wanted = topology;
  try {
    wanted = await chooseKernels(topology, provider);
    const chosen = await chooseEngines(wanted, provider);
    const document = await reuseTopology(chosen, provider, until);
    if (document !== undefined) {
      await requireHealthy(document, provider, options.watch.signal);
      reusable = true;
      return { document, reused: true };
    }
  } finally {
    if (!(reusable && keepClaim)) await releaseClaim(store);
  }
  return { document: await bringUp(wanted, provider, options), reused: false };
}
