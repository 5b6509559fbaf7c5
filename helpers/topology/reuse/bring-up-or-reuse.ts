import type { MachineProvider } from '../../machine/machine.ts';
import { chooseEngines } from '../choose-engines.ts';
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
  /** Whether an earlier run made it. */
  readonly reused: boolean;
}

/**
 * The topology that an earlier run kept in the store, proven to be what is asked for and to work; a new one where the
 * store has none. One that differs or does not work is an error, and stays as it is.
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
  try {
    const chosen = await chooseEngines(topology, provider);
    const document = await reuseTopology(chosen, provider, until);
    if (document !== undefined) {
      await requireHealthy(document, provider, options.watch.signal);
      reusable = true;
      return { document, reused: true };
    }
  } finally {
    if (!(reusable && keepClaim)) await releaseClaim(store);
  }
  return { document: await bringUp(topology, provider, options), reused: false };
}
