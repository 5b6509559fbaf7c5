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
    for (const wanted of networks) {
      const network = await createNetwork(wanted, { cluster, engines, provider, signal });
      await waitForNetworkOn(engines, network, { signal });
      created.push(network);
    }
    return created;
  });
}

/** The requirements of a new network. */
interface NetworkEnvironment extends Pick<Topology, 'cluster'> {
  readonly engines: readonly Engine[];
  readonly provider: MachineProvider;
  readonly signal?: AbortSignal;
}

/** Creates a network on the engine that the topology names. Other engines learn of it later. */
export async function createNetwork(
  { name, subnet, createdOn, encrypted = false, internal }: Topology['networks'][number],
  { cluster, engines, ...options }: NetworkEnvironment,
): Promise<NetworkFacts> {
  const engine = engines.find(({ machine }) => machine.name === createdOn);
  if (engine === undefined) throw new Error(`network ${name}: no machine ${createdOn}`);
  const request = {
    name,
    subnet,
    ...clusterKindOf(cluster).overlayOptions,
    ...(encrypted ? { options: { encrypted: '' } } : {}),
    ...omitUndefined({ internal }),
  };
  return await onMachine(createdOn, () => createOverlay(engine, request, options));
}
