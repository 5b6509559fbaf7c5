import { engineOptionsFor } from '../../../cluster/key-value/key-value-store.ts';
import { openStore } from '../../../cluster/key-value/open-store.ts';
import { type KeyValuePlan, storeKindOf } from '../../../cluster/cluster-plan.ts';
import { includesStage, machineOf, membersOf, type Topology } from '../../topology.ts';
import { planSwarm, waitForSwarm } from './classic-swarm.ts';
import { standUpCluster } from './cluster.ts';
import { archivesOf, type Forming, type FormingCluster, requestFor } from './forming.ts';
import { standUpKeystore } from './keystore.ts';

/**
 * Forms a cluster on a key-value store: the store runs on a machine of its own, which is in no cluster, and the others
 * find each other through it.
 */
export function formKeyValueCluster(
  topology: Topology,
  plan: KeyValuePlan,
  { until, group, images, provider, archivesFor }: Forming,
): FormingCluster {
  const { signal } = group;
  const kind = storeKindOf(plan);
  const image = images[kind];
  const keystore = group.start(async () =>
    provider.create(
      requestFor(machineOf(topology, plan.keystore), {
        images: archivesOf([await image]),
      }),
      { signal },
    ),
  );
  const store = group.start(() => standUpKeystore(kind, keystore, image, signal));
  const members = !includesStage(until, 'cluster')
    ? Promise.resolve([])
    : group.start(async () => {
        const { url } = openStore(kind, (await keystore).address);
        const partOf = await planSwarm(plan, url);
        // All of them before the first machine is created: in the topology's order, machines get their addresses.
        const requests = await Promise.all(
          membersOf(topology).map(async (machine) => {
            const { images: its = [], ...part } = partOf(machine.name);
            return requestFor(machine, {
              ...part,
              images: [...(await archivesFor(machine.name)), ...its],
              engineOptions: engineOptionsFor({ url }, plan.advertise),
            });
          }),
        );
        const machines = await standUpCluster(requests, { store, provider, signal });
        await waitForSwarm(plan, machines, signal);
        return machines;
      });
  const beside = store.then(async () => [await keystore]);
  return { beside, members, informed: members };
}
