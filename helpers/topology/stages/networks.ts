import { createOverlay, waitForNetworkOn } from '../../cluster/overlay-network.ts';
import type { Engine } from '../../engine/engine.ts';
import type { NetworkFacts } from '../../engine/networks.ts';
import { activity } from '../../process/activity.ts';
import type { TopologyNetwork } from '../topology.ts';

/** Creates each network on one engine. Ready when all engines know it by the same id. */
export async function standUpNetworks(
  networks: readonly TopologyNetwork[],
  engines: readonly Engine[],
  signal: AbortSignal,
): Promise<NetworkFacts[]> {
  return await activity('stage', 'network', async () => {
    const created: NetworkFacts[] = [];
    for (const { name, subnet, createdOn } of networks) {
      const engine = engines.find(({ machine }) => machine.name === createdOn);
      if (engine === undefined) throw new Error(`network ${name}: no machine ${createdOn}`);
      const network = await createOverlay(engine, { name, subnet }, { signal });
      await waitForNetworkOn(engines, network, { signal });
      created.push(network);
    }
    return created;
  });
}
