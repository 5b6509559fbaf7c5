import type { MachineProvider } from '../../machine/machine.ts';
import { chooseEngines } from '../choose-engines.ts';
import { claimStore, releaseStore } from '../bring-up/claim.ts';
import type { TopologyDocument } from '../document.ts';
import { requireStage } from '../bring-up/require-stage.ts';
import { requireHealthy } from './require-healthy.ts';
import { reuseTopology } from './reuse.ts';
import { type StandUpOptions, standUp } from '../bring-up/bring-up.ts';
import { takeDown } from '../bring-up/tear-down.ts';
import { lastStageOf, type Topology } from '../topology.ts';

export interface Standing {
  readonly document: TopologyDocument;
  /** Whether an earlier run made it. */
  readonly reused: boolean;
}

/**
 * The topology that an earlier run kept in the store, proven to be what is asked for and to work; a new one where the
 * store has none. One that differs or does not work is an error, and stays as it is.
 */
export async function standUpOrReuse(
  topology: Topology,
  provider: MachineProvider,
  options: StandUpOptions,
): Promise<Standing> {
  const { until = lastStageOf(topology), keepClaim = false } = options;
  requireStage(topology, until);
  const { store } = provider;
  const { abandoned } = await claimStore(store, `reuse ${topology.name}`);
  if (abandoned) await takeDown(provider);
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
    if (!(reusable && keepClaim)) await releaseStore(store);
  }
  return { document: await standUp(topology, provider, options), reused: false };
}
