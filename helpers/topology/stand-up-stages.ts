import { openConsul } from '../cluster/consul.ts';
import { engineOptionsFor } from '../cluster/key-value-store.ts';
import { connectEngine, type Engine } from '../engine/engine.ts';
import type { NetworkFacts } from '../engine/networks.ts';
import type { Machine, MachineProvider, MachineRequest } from '../machine/machine.ts';
import { type PreparedImage, prepareImages } from '../workload/images/prepare-images.ts';
import type { TopologyDocument } from './document.ts';
import { standUpCluster } from './stages/cluster.ts';
import { standUpKeystore } from './stages/keystore.ts';
import { standUpNetworks } from './stages/networks.ts';
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
  const images = prepareImages();
  const keystore = group.start(async () =>
    create({ ...keystoreOf(topology), images: archivesOf([await images.consul]) }),
  );
  const store = group.start(() => standUpKeystore(keystore, images.consul, signal));
  const members = !includesStage(until, 'cluster')
    ? Promise.resolve([])
    : group.start(async () => {
        const { url } = openConsul((await keystore).address);
        const requests = membersOf(topology).map(
          ({ name, engineOptions = [], engineLabels = [], driver = {} }) => ({
            name,
            driver,
            engineOptions: [
              ...engineOptionsFor({ url }, topology.cluster.advertise),
              ...engineOptions,
            ],
            engineLabels,
            engineAfter: store,
          }),
        );
        return await standUpCluster(() => requests.map(create), store, signal);
      });
  const networks = !includesStage(until, 'network')
    ? Promise.resolve([])
    : group.start(async () => {
        const engines = (await members).map(connectEngine);
        return await standUpNetworks(topology.networks, engines, signal);
      });
  await store;
  const machines = [await keystore, ...(await members)];
  const standing = await networks;
  return {
    topology: topology.name,
    provider: provider.name,
    store: provider.store,
    stage: until,
    keystore: topology.cluster.keystore,
    machines: await Promise.all(machines.map((machine) => describeMachine(machine, signal))),
    networks: standing.map(describeNetwork),
    workload: [],
  };
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
