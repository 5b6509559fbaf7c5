import { engineOptionsFor } from '../../../cluster/key-value/stores/key-value-store.ts';
import { openKeyValueStore } from '../../../cluster/key-value/stores/open-store.ts';
import type { PlannedStore } from '../../../cluster/cluster-kind.ts';
import type { Machine, MachineRequest } from '../../../machine/machine.ts';
import { includesStage, machineOf, membersOf, type Topology } from '../../topology.ts';
import { bringUpCluster } from './cluster.ts';
import { archivesOf, type Forming, type FormingCluster, requestFor } from './forming.ts';
import { bringUpKeystore } from './keystore.ts';

/** Containers that run on each machine of the cluster, for the cluster itself. */
export interface MemberAgents {
  /** Returns the additions to the request for each machine. */
  plan(discovery: string): Promise<(machine: string) => Pick<MachineRequest, 'images' | 'swarm'>>;
  /** Waits until they work. */
  waitFor(machines: readonly Machine[], signal: AbortSignal): Promise<void>;
}

/** Forms a cluster on a key-value store, which runs on a separate machine that is not part of the cluster. */
export function formKeyValueCluster(
  topology: Topology,
  planned: PlannedStore,
  { until, group, images, provider, archivesFor }: Forming,
  agents?: MemberAgents,
): FormingCluster {
  const { signal } = group;
  const { kind } = planned;
  const image = images[kind];
  const keystore = group.start(async () =>
    provider.create(
      requestFor(machineOf(topology, planned.machine), {
        images: archivesOf([await image]),
      }),
      { signal },
    ),
  );
  const store = group.start(() => bringUpKeystore(kind, keystore, image, signal));
  const members = !includesStage(until, 'cluster')
    ? Promise.resolve([])
    : group.start(async () => {
        const { url } = openKeyValueStore(kind, (await keystore).address);
        const partOf = await agents?.plan(url);
        // Created before the first machine, because machines get their addresses in the topology's order.
        const requests = await Promise.all(
          membersOf(topology).map(async (machine) => {
            const { images: its = [], ...part } = partOf?.(machine.name) ?? {};
            return requestFor(machine, {
              ...part,
              images: [...(await archivesFor(machine.name)), ...its],
              engineOptions: engineOptionsFor({ url }, planned.advertise),
            });
          }),
        );
        const machines = await bringUpCluster(requests, { store, provider, signal });
        await agents?.waitFor(machines, signal);
        return machines;
      });
  const separate = store.then(async () => [await keystore]);
  return { separate, members, informed: members };
}
