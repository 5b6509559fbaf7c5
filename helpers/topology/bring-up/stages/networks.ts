import { createOverlay, waitForNetworkOn } from '../../../cluster/overlay-network.ts';
import type { Engine } from '../../../docker/engine.ts';
import type { NetworkFacts } from '../../../docker/networks.ts';
import type { MachineProvider } from '../../../machine/machine.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';
import { onMachine } from '../../../process/activity.ts';
import { clusterKindOf } from '../../../cluster/cluster-plan.ts';
import type { Topology } from '../../topology.ts';
import { runStage } from './run-stage.ts';

/**
 * Creates each network on one engine. Ready when all informed engines know it with the same ID.
 *
 * @param engines the engines that learn of new networks
 */
export async function bringUpNetworks(
  { networks, cluster }: Topology,
  engines: readonly Engine[],
  { provider, signal }: { readonly provider: MachineProvider; readonly signal: AbortSignal },
): Promise<NetworkFacts[]> {
  return await runStage('network', async () => {
    const created: NetworkFacts[] = [];
    for (const { name, subnet, createdOn, encrypted = false, internal } of networks) {
      const engine = engines.find(({ machine }) => machine.name === createdOn);
      if (engine === undefined) throw new Error(`network ${name}: no machine ${createdOn}`);
      const options = encrypted ? { options: { encrypted: '' } } : {};
      const request = {
        name,
        subnet,
        ...clusterKindOf(cluster).overlayOptions,
        ...options,
        ...omitUndefined({ internal }),
      };
      const network = await onMachine(createdOn, () =>
        createOverlay(engine, request, { provider, signal }),
      );
      await waitForNetworkOn(engines, network, { signal });
      created.push(network);
    }
    return created;
  });
}
