import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { NetworkFacts } from '../../docker/networks.ts';
import type { Machine, MachineProvider } from '../../machine/machine.ts';
import type { CarServiceImages } from '../../workload/deploy-car-service.ts';
import { type PreparedImage, prepareImages } from '../../workload/images/prepare-images.ts';
import { requireKernelFeatures } from '../choose-kernels.ts';
import type { TopologyDocument } from '../document.ts';
import { formerOf } from './stages/form-cluster.ts';
import { archivesOf } from './stages/forming.ts';
import { bringUpContainers, lookFrom } from './stages/containers.ts';
import { bringUpNetworks } from './stages/networks.ts';
import { bringUpServices } from './stages/services.ts';
import { type RunningWorkload, bringUpWorkload } from './stages/workload.ts';
import type { OwnWorkload } from './prepare-own-images.ts';
import type { TaskGroup } from './task-group.ts';
import { clusterKindOf } from '../../cluster/cluster-plan.ts';
import { includesStage, machineOf, membersOf, type Stage, type Topology } from '../topology.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** The topology to bring up. */
export interface Planned {
  readonly topology: Topology;
  /** The topology's user-defined containers and services, if the workload stage is included. */
  readonly own: OwnWorkload;
}

/**
 * Brings up the stages up to `until`. Each starts as soon as its requirements are met: the machines of the cluster are
 * created while the key-value store starts, and only their engines wait for it.
 */
export async function bringUpStages(
  { topology, own }: Planned,
  provider: MachineProvider,
  until: Stage,
  group: TaskGroup,
): Promise<TopologyDocument> {
  const { signal } = group;
  const images = prepareImages(provider.pullsImages ? 'pull' : 'build');
  // Prepared immediately: images that the cache lacks are built in parallel, and while the keystore starts.
  const placed = placeArchives({ topology, own }, images, provider, until);
  for (const { image } of placed.images) void group.start(() => image);
  const { cluster } = topology;
  const { separate, members, informed } = formerOf(cluster).form(topology, cluster, {
    until,
    group,
    images,
    provider,
    archivesFor: placed.archivesFor,
  });
  void group.start(async () => await requireKernelFeatures(topology, await members, provider));
  const networks = !includesStage(until, 'network')
    ? Promise.resolve([])
    : group.start(async () => {
        const engines = (await informed).map(connectEngine);
        return await bringUpNetworks(topology, engines, { provider, signal });
      });
  const { workload } = topology;
  const cars: Promise<RunningWorkload> =
    workload === undefined || !includesStage(until, 'workload')
      ? Promise.resolve({ workload: [] })
      : group.start(async () => bringUpWorkload(workload, await members, images, networks, signal));
  const containers =
    own.containers.length === 0
      ? Promise.resolve([])
      : group.start(async () => {
          const environment = { machines: await members, provider, signal };
          // After the car service, because no two hosts may announce an endpoint on a network at the same moment.
          return await bringUpContainers(own.containers, {
            ...environment,
            after: Promise.all([networks, cars]),
          });
        });
  const services =
    own.services.length === 0
      ? Promise.resolve({})
      : group.start(async () => {
          const machines = await members;
          await Promise.all([cars, containers]);
          const manager = clusterKindOf(cluster).serviceManagerOf(cluster) ?? '';
          const environment = { topology, machines, manager, networks: await networks, signal };
          const findSilent = lookFrom(provider);
          return await bringUpServices(own.services, { ...environment, findSilent });
        });
  const machines = [...(await separate), ...(await members)];
  const described = group.start(() =>
    Promise.all(machines.map((machine) => describeMachine(machine, topology, signal))),
  );
  return {
    topology: topology.name,
    provider: provider.name,
    store: provider.store,
    stage: until,
    cluster,
    machines: await described,
    networks: (await networks).map((one) => describeNetwork(topology, one)),
    ...(await cars),
    workload: [...(await cars).workload, ...(await containers)],
    ...(await services),
  };
}

/** The images that the machines of a topology need. */
export interface PlacedArchives {
  readonly images: readonly { readonly machine: string; readonly image: Promise<PreparedImage> }[];
  /** Returns the archives that a machine needs. */
  readonly archivesFor: (machine: string) => Promise<string[]>;
}

/** Returns the images that the machines need up to a stage, and prepares missing ones. */
export function placeArchives(
  { topology, own }: Planned,
  images: ReturnType<typeof prepareImages>,
  provider: MachineProvider,
  until: Stage,
): PlacedArchives {
  const placed = includesStage(until, 'workload')
    ? [...placeImages(topology, images), ...placeOwnImages(topology, own)]
    : [];
  const probe = provider.name === 'netns' && includesStage(until, 'cluster') ? placeProbe() : [];
  return {
    images: placed,
    archivesFor: async (name) => [
      ...archivesOf(
        await Promise.all(placed.flatMap((one) => (one.machine === name ? one.image : []))),
      ),
      ...(await probe),
    ],
  };
}

/** Returns the workload's images with the machines that need them. */
function placeImages({ workload }: Topology, images: CarServiceImages) {
  if (workload === undefined) return [];
  return [
    { machine: workload.application.machine, image: images.tomcat },
    { machine: workload.database.machine, image: images.mysql },
  ];
}

/**
 * Returns the archive of the probe's image, so that checks find it on the machines. Copying it to a new machine takes
 * no time, in contrast to a load by each check. Nothing if it cannot be built: only checks need it, and they report why.
 */
async function placeProbe(): Promise<string[]> {
  const { prepareKeptProbeImage } = await import('../../check/probe/start/probe-image.ts');
  return await prepareKeptProbeImage().then(
    ({ archive }) => [archive],
    () => [],
  );
}

/**
 * Returns the images of user-defined containers and services. An engine gets an image once, however many containers use
 * it. Each machine of the cluster can get a task of a service.
 */
function placeOwnImages(topology: Topology, { containers, services }: OwnWorkload) {
  const members = membersOf(topology);
  const placed = [
    ...containers.map(({ container: { machine }, image }) => ({ machine, image })),
    ...services.flatMap(({ image }) => members.map(({ name }) => ({ machine: name, image }))),
  ];
  return placed
    .filter(
      ({ machine, image }, at) =>
        !placed
          .slice(0, at)
          .some((one) => one.machine === machine && one.image.archive === image.archive),
    )
    .map(({ machine, image }) => ({ machine, image: Promise.resolve(image) }));
}

/** Describes a machine as the topology's document does. */
export async function describeMachine(
  machine: Machine,
  topology: Topology,
  signal: AbortSignal,
): Promise<TopologyDocument['machines'][number]> {
  using engine: Engine = connectEngine(machine);
  const { version } = await engine.version({ signal });
  const { name, address, url } = machine;
  const { engineBundle, kernel, nodeLabels = [] } = machineOf(topology, name);
  return {
    name,
    address,
    engineUrl: url,
    engineVersion: version,
    ...omitUndefined({ engineBundle, kernel }),
    ...(nodeLabels.length === 0 ? {} : { nodeLabels: [...nodeLabels] }),
  };
}

/** Describes a network as the topology's document does. */
export function describeNetwork(
  { networks }: Topology,
  { name, id, subnet = '', scope }: NetworkFacts,
): TopologyDocument['networks'][number] {
  const { encrypted, internal } = networks.find((one) => one.name === name) ?? {};
  return {
    name,
    id,
    subnet,
    scope,
    ...(encrypted ? { encrypted } : {}),
    ...(internal ? { internal } : {}),
  };
}
