import { keystoreOf, storeOf } from '../../cluster/cluster-plan.ts';
import { openKeyValueStore } from '../../cluster/key-value/stores/open-store.ts';
import type { FaultCluster, FaultMachine } from '../../fault/fault.ts';
import type { MachineProvider } from '../../machine/machine.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import type { TopologyDocument } from '../document.ts';

/** Returns the machines of a running topology as targets of faults. */
export async function faultClusterOf(
  { machines, cluster, provider: usual }: TopologyDocument,
  provider: MachineProvider,
): Promise<FaultCluster> {
  const listed = await provider.list();
  const addressOf = (name: string, recorded: string) =>
    listed.find((one) => one.name === name)?.address || recorded;
  return {
    machines: machines.map(
      ({ name, address, kernel }): FaultMachine => ({
        name,
        address: addressOf(name, address),
        hasOwnKernel: kernel === 'own' || usual !== 'netns',
      }),
    ),
    ...omitUndefined({ store: storeIn(cluster), leader: leaderIn(cluster) }),
  };
}

function storeIn(cluster: TopologyDocument['cluster']): FaultCluster['store'] {
  const [store, machine] = [storeOf(cluster), keystoreOf(cluster)];
  if (store === undefined || machine === undefined) return undefined;
  return { machine, port: openKeyValueStore(store.kind, '127.0.0.1').port };
}

/** Topologies have one manager, which leads. */
function leaderIn(cluster: TopologyDocument['cluster']): string | undefined {
  return cluster.kind === 'swarm-mode' ? cluster.manager : undefined;
}
