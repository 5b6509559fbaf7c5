import { storeOf } from '../../cluster/cluster-plan.ts';
import { waitForCluster } from '../../cluster/key-value/members.ts';
import { engineOptionsFor } from '../../cluster/key-value/stores/key-value-store.ts';
import { waitForNetworkOn } from '../../cluster/overlay-network.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { createContainers, startContainers } from '../../workload/deploy-containers.ts';
import { describeMachine, describeNetwork, placeArchives } from '../bring-up/bring-up-stages.ts';
import { createMember } from '../bring-up/stages/cluster.ts';
import { describeDeployment, lookFrom } from '../bring-up/stages/containers.ts';
import { requestFor } from '../bring-up/stages/forming.ts';
import { createNetwork } from '../bring-up/stages/networks.ts';
import { runStage } from '../bring-up/stages/run-stage.ts';
import {
  createFile,
  createService,
  describeService,
  waitForServices,
} from '../bring-up/stages/services.ts';
import { joinWorkers } from '../bring-up/stages/swarm.ts';
import { bringUpWorkload } from '../bring-up/stages/workload.ts';
import { requireKernelFeatures } from '../choose-kernels.ts';
import type { TopologyDocument } from '../document.ts';
import { filesOf, machineOf, membersOf, placesOf, servicesOf } from '../topology.ts';
import {
  connectMembers,
  type Convergence,
  goneOf,
  informedOf,
  managerOf,
  newOf,
  storeIn,
} from './convergence.ts';
import { withEntry } from './document-record.ts';

type RunningService = NonNullable<TopologyDocument['services']>[number];
type RunningContainer = TopologyDocument['workload'][number];

/**
 * Adds objects: machines, networks, configs and secrets, containers, services. Each is recorded as soon as it exists. An
 * interruption ends waits and not the creation of an object, which would otherwise exist without a record.
 */
export async function addObjects(convergence: Convergence): Promise<void> {
  await addMachines(convergence);
  const members = await connectMembers(convergence);
  try {
    await labelNodes(convergence, members);
    await addNetworks(convergence, members);
    await addCarService(convergence, members);
    await addContainers(convergence, members);
    await addServices(convergence, members);
  } finally {
    for (const engine of members) engine.close();
  }
}

async function addMachines(convergence: Convergence): Promise<void> {
  const { topology, record, provider, signal } = convergence;
  const names = newOf(convergence, 'machine');
  if (names.length === 0) return;
  await record.change(({ unfinished = [] }) => ({
    unfinished: [...new Set([...unfinished, ...names])],
  }));
  const existing = await connectMembers(convergence);
  try {
    const machines = await runStage('cluster', async () => {
      const created = await createMachines(convergence, names);
      await requireKernelFeatures(topology, created, provider);
      await join(convergence, existing, created);
      return created;
    });
    const { workload } = record.document;
    const containers = workload.flatMap(({ id }) => id ?? []);
    const late = storeOf(topology.cluster) === undefined ? undefined : { containers, networks: [] };
    const described = await Promise.all(
      machines.map(async (machine) => ({
        ...(await describeMachine(machine, topology, signal)),
        ...omitUndefined({ late }),
      })),
    );
    const order = topology.machines.map(({ name }) => name);
    await record.change((document) => ({
      machines: described.reduce(
        (all, one) => withEntry(all, one, ({ name }) => name, order),
        document.machines,
      ),
      unfinished: undefined,
    }));
  } finally {
    for (const engine of existing) engine.close();
  }
}

async function createMachines(
  convergence: Convergence,
  names: readonly string[],
): Promise<Machine[]> {
  const { topology, own, images, record, provider, signal } = convergence;
  const { stage } = record.document;
  const { archivesFor } = placeArchives({ topology, own }, images, provider, stage);
  const advertise = storeOf(topology.cluster)?.advertise;
  const store = storeIn(convergence);
  // Prepared before the first machine, because machines get their addresses in the topology's order.
  const requests = await Promise.all(
    membersOf(topology)
      .filter(({ name }) => names.includes(name))
      .map(async (machine) =>
        requestFor(machine, {
          images: await archivesFor(machine.name),
          ...(store === undefined ? {} : { engineOptions: engineOptionsFor(store, advertise) }),
        }),
      ),
  );
  return await allSettled(
    'cluster: create its machines',
    requests.map(async (request) =>
      store === undefined
        ? await provider.create(request, { signal })
        : await createMember(request, { store: Promise.resolve(store), provider, signal }),
    ),
  );
}

/** Joins new machines to the cluster. Ready when each engine knows every other one. */
async function join(
  convergence: Convergence,
  existing: readonly Engine[],
  created: readonly Machine[],
): Promise<void> {
  const { topology, record, provider, signal } = convergence;
  const engines = created.map(connectEngine);
  try {
    const manager = managerOf(topology, existing);
    if (manager !== undefined) {
      const { tokens } = await manager.swarm.inspect({ signal });
      const all = [...existing, ...engines];
      const swarm = { topology, manager, token: tokens.worker, engines: all, signal };
      await joinWorkers(engines, swarm);
      return;
    }
    const store = storeIn(convergence);
    if (store === undefined) throw new Error('no key-value store');
    const machines = [...existing.map(({ machine }) => machine), ...created];
    await waitForCluster(store, machines, { provider, introduced: true, signal });
    for (const network of record.document.networks) {
      await waitForNetworkOn(engines, network, { signal });
    }
  } finally {
    for (const engine of engines) engine.close();
  }
}

/** Changes node labels in place. Labels that the topology never had remain. */
async function labelNodes(
  { topology, changes, record, signal }: Convergence,
  members: readonly Engine[],
): Promise<void> {
  const manager = managerOf(topology, members);
  const names = changes.filter(({ inPlace }) => inPlace === true).map(({ name }) => name);
  if (manager === undefined || names.length === 0) return;
  const nodes = await manager.nodes.list({ signal });
  for (const name of names) {
    const node = nodes.find(({ hostname }) => hostname === name);
    if (node === undefined) throw new Error(`no node ${name} in the swarm`);
    const before = record.document.machines.find((one) => one.name === name)?.nodeLabels ?? [];
    const { nodeLabels = [] } = machineOf(topology, name);
    const old = new Set(before.map((one) => splitLabel(one)[0]));
    const kept = Object.entries(node.labels).filter(([key]) => !old.has(key));
    const labels = Object.fromEntries([...kept, ...nodeLabels.map(splitLabel)]);
    await manager.nodes.update(node.id, { labels }, { signal });
    await record.change(({ machines }) => ({
      machines: machines.map((one) =>
        one.name === name
          ? { ...one, nodeLabels: nodeLabels.length === 0 ? undefined : [...nodeLabels] }
          : one,
      ),
    }));
  }
}

function splitLabel(label: string): readonly [string, string] {
  const [key = '', value = ''] = label.split(/=(.*)/s, 2);
  return [key, value];
}

async function addNetworks(convergence: Convergence, members: readonly Engine[]): Promise<void> {
  const { topology, record, provider, signal } = convergence;
  const names = newOf(convergence, 'network');
  if (names.length === 0) return;
  const engines = informedOf(topology, members);
  const { cluster } = topology;
  const order = topology.networks.map(({ name }) => name);
  await runStage('network', async () => {
    for (const wanted of topology.networks) {
      if (!names.includes(wanted.name)) continue;
      signal.throwIfAborted();
      const network = await createNetwork(wanted, { cluster, engines, provider });
      const described = describeNetwork(topology, network);
      await record.change(({ networks }) => ({
        networks: withEntry(networks, described, ({ name }) => name, order),
      }));
      await waitForNetworkOn(engines, network, { signal });
    }
  });
}

async function addCarService(convergence: Convergence, members: readonly Engine[]): Promise<void> {
  const { topology, images, signal } = convergence;
  const { workload } = topology;
  const names = newOf(convergence, 'container');
  if (workload === undefined || !names.includes(workload.application.container)) return;
  const { network } = workload;
  signal.throwIfAborted();
  const { workload: running, carEndpoint } = await bringUpWorkload(
    workload,
    members.map(({ machine }) => machine),
    images,
    Promise.resolve(),
    signal,
    async (containers) => {
      for (const { id, name, machine } of [containers.application, containers.database]) {
        const one = { container: name, id, machine: machine.name, network, address: '' };
        await recordContainer(convergence, one);
      }
    },
  );
  for (const one of running) await recordContainer(convergence, one);
  await convergence.record.change(() => ({ carEndpoint }));
}

async function addContainers(convergence: Convergence, members: readonly Engine[]): Promise<void> {
  const { topology, own, provider, signal } = convergence;
  const names = newOf(convergence, 'container');
  const wanted = own.containers.filter(({ container }) => names.includes(container.name));
  if (wanted.length === 0) return;
  const machines = members.map(({ machine }) => machine);
  const places = placesOf({ containers: topology.containers ?? [] });
  signal.throwIfAborted();
  await runStage('containers', async () => {
    const created = await allSettled(
      'containers: create',
      wanted.map(async (one) => {
        const place = places.find(({ container }) => container === one.container.name);
        if (place === undefined) throw new Error(`no container ${one.container.name}`);
        const deployment = describeDeployment(one, machines);
        const [container] = await createContainers([deployment], { signal: unaborted });
        if (container === undefined) throw new Error(`${place.container} was not created`);
        const { id } = container;
        await recordContainer(convergence, { ...place, id, address: '' });
        return { deployment, container, place };
      }),
    );
    for (const { deployment, container, place } of created) {
      await startContainers([deployment], [container], lookFrom(provider), { signal });
      const address = await container.addressOn(place.network, { signal });
      await recordContainer(convergence, { ...place, id: container.id, address });
    }
  });
}

/** The signal of calls that an interruption does not end. */
const unaborted = new AbortController().signal;

async function recordContainer(
  { topology, record }: Convergence,
  { container, id, machine, network, address, mark }: RunningContainer,
): Promise<void> {
  const one = {
    container,
    id,
    machine,
    network,
    ...omitUndefined({ mark }),
    address,
  };
  const order = placesOf(topology).map((place) => place.container);
  await record.change(({ workload, machines }) => ({
    workload: withEntry<RunningContainer>(workload, one, (other) => other.container, order),
    machines: machines.map((place) => {
      const { name, late } = place;
      if (name !== machine || late === undefined || late.networks.includes(network)) return place;
      return { ...place, late: { ...late, networks: [...late.networks, network] } };
    }),
  }));
}

/** Adds services, and waits until all services work, because machines have come and gone. */
async function addServices(convergence: Convergence, members: readonly Engine[]): Promise<void> {
  const { topology, own, record, provider, signal } = convergence;
  const manager = managerOf(topology, members);
  const { services: described = [] } = topology;
  if (manager === undefined || described.length === 0) return;
  const names = newOf(convergence, 'service');
  const files = [...newOf(convergence, 'config'), ...newOf(convergence, 'secret')];
  const moved = [...goneOf(convergence, 'machine'), ...newOf(convergence, 'machine')];
  if (names.length + files.length + moved.length === 0) return;
  const order = described.map(({ name }) => name);
  await runStage('services', async () => {
    for (const file of filesOf(topology)) {
      if (!newOf(convergence, file.kind).includes(file.name)) continue;
      signal.throwIfAborted();
      const stored = await createFile(manager, topology, file, undefined);
      await record.change((document) => ({ files: [...(document.files ?? []), stored] }));
    }
    for (const one of own.services) {
      const { name, mode, replicas = 1 } = one.service;
      if (!names.includes(name)) continue;
      signal.throwIfAborted();
      const id = await createService(manager, one, record.document.files ?? [], undefined);
      const place = servicesOf(topology).find(({ service }) => service === name);
      if (place === undefined) throw new Error(`no service ${name}`);
      const facts = {
        id,
        virtualAddresses: {},
        replicas: mode === 'global' ? undefined : replicas,
      };
      const running = {
        ...describeService(topology, place, facts, record.document.networks),
        unready: true as const,
      };
      await record.change(({ services = [] }) => ({
        services: withEntry<RunningService>(services, running, ({ service }) => service, order),
      }));
    }
    const running = await waitForServices(described, {
      topology,
      engines: members,
      manager,
      networks: record.document.networks,
      findSilent: lookFrom(provider),
      signal,
    });
    await record.change(() => ({ services: running }));
  });
}
