import { engineOptionsFor } from '../../cluster/key-value-store.ts';
import { openStore } from '../../cluster/open-store.ts';
import { type KeyValuePlan, storeKindOf } from '../../cluster/cluster-plan.ts';
import { includesStage, machineOf, membersOf, type Topology } from '../topology.ts';
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
        // All of them before the first machine is created: in the topology's order, machines get their addresses.
        const requests = await Promise.all(
          membersOf(topology).map(async (machine) =>
            requestFor(machine, {
              images: await archivesFor(machine.name),
              engineOptions: engineOptionsFor({ url }, plan.advertise),
            }),
          ),
        );
        return await standUpCluster(requests, { store, provider, signal });
      });
  const beside = store.then(async () => [await keystore]);
  return { beside, members, informed: members };
}
