import { openStore } from '../cluster/open-store.ts';
import { engineOptionsFor } from '../cluster/key-value-store.ts';
import { connectEngine, type Engine } from '../engine/engine.ts';
import type { NetworkFacts } from '../engine/networks.ts';
import type { Machine, MachineProvider, MachineRequest } from '../machine/machine.ts';
import type { CarServiceImages } from '../workload/deploy-car-service.ts';
import {
  type ImageSource,
  type PreparedImage,
  prepareImages,
} from '../workload/images/prepare-images.ts';
import type { TopologyDocument } from './document.ts';
import { standUpCluster } from './stages/cluster.ts';
import { standUpKeystore } from './stages/keystore.ts';
import { standUpNetworks } from './stages/networks.ts';
import { standUpWorkload } from './stages/workload.ts';
import type { TaskGroup } from './task-group.ts';
import { includesStage, keystoreOf, membersOf, type Stage, type Topology } from './topology.ts';

/**
 * Stands up the stages up to `until`. Each begins as soon as what it needs is there: the machines of the cluster are
 * made ready while the key-value store still starts, and only their engines wait for it.
 */
export async function standUpStages(
  topology: Topology,
  provider: MachineProvider,
  until: Stage,
  group: TaskGroup,
): Promise<TopologyDocument> {
  const { signal } = group;
  const create = (request: MachineRequest) => provider.create(request, { signal });
  const images = prepareImages(usualSource(provider));
  // Asked for at once: what is not in the cache yet is built side by side, and while the keystore starts.
  const placed = includesStage(until, 'workload') ? placeImages(topology, images) : [];
  for (const { image } of placed) void group.start(() => image);
  const archivesFor = async (name: string) =>
    archivesOf(await Promise.all(placed.flatMap((one) => (one.machine === name ? one.image : []))));
  const keystore = group.start(async () =>
    create({ ...keystoreOf(topology), images: archivesOf([await images.consul]) }),
  );
  const store = group.start(() => standUpKeystore(keystore, images.consul, signal));
  const members = !includesStage(until, 'cluster')
    ? Promise.resolve([])
    : group.start(async () => {
        const { url } = openStore('consul', (await keystore).address);
        const options = engineOptionsFor({ url }, topology.cluster.advertise);
        // All of them before the first machine is created: in the topology's order, machines get their addresses.
        const requests = await Promise.all(
          membersOf(topology).map(
            async ({ name, engineOptions = [], engineLabels = [], driver = {} }) => ({
              name,
              driver,
              images: await archivesFor(name),
              engineOptions: [...options, ...engineOptions],
              engineLabels,
              engineAfter: store,
            }),
          ),
        );
        return await standUpCluster(() => requests.map(create), store, signal);
      });
  const networks = !includesStage(until, 'network')
    ? Promise.resolve([])
    : group.start(async () => {
        const engines = (await members).map(connectEngine);
        return await standUpNetworks(topology.networks, engines, signal);
      });
  const workload = !includesStage(until, 'workload')
    ? Promise.resolve({ workload: [] })
    : group.start(async () =>
        standUpWorkload(topology.workload, await members, images, networks, signal),
      );
  await store;
  const machines = [await keystore, ...(await members)];
  const described = group.start(() =>
    Promise.all(machines.map((machine) => describeMachine(machine, signal))),
  );
  return {
    topology: topology.name,
    provider: provider.name,
    store: provider.store,
    stage: until,
    keystore: topology.cluster.keystore,
    machines: await described,
    networks: (await networks).map(describeNetwork),
    ...(await workload),
  };
}

/** Machines of docker-machine's own drivers have a way to a registry; ours have none unless they are given one. */
function usualSource({ name }: MachineProvider): ImageSource {
  return name === 'docker-machine' && process.env['MACHINE_DRIVER'] !== 'netns' ? 'pull' : 'build';
}

/** Which machine needs which image of the workload. */
function placeImages({ workload: { application, database } }: Topology, images: CarServiceImages) {
  return [
    { machine: application.machine, image: images.tomcat },
    { machine: database.machine, image: images.mysql },
  ];
}

/** What a new machine is given; what has no archive is pulled by its engine later. */
function archivesOf(images: readonly PreparedImage[]): string[] {
  return images.flatMap(({ archive }) => archive ?? []);
}

async function describeMachine(machine: Machine, signal: AbortSignal) {
  using engine: Engine = connectEngine(machine);
  const { version } = await engine.version({ signal });
  const { name, address, url } = machine;
  return { name, address, engineUrl: url, engineVersion: version };
}

function describeNetwork({ name, id, subnet = '', scope }: NetworkFacts) {
  return { name, id, subnet, scope };
}
