import { waitUntilLeft } from '../../cluster/key-value/members.ts';
import { MEMBERS_KEY } from '../../cluster/key-value/stores/key-value-store.ts';
import { removeOverlay } from '../../cluster/overlay-network.ts';
import { waitUntilDeparted } from '../../cluster/swarm-mode/swarm-mode.ts';
import { advertisedBy } from '../../docker/endpoints/require-tls.ts';
import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled, hasCode } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import {
  connectMembers,
  type Convergence,
  goneOf,
  informedOf,
  managerOf,
  storeIn,
} from './convergence.ts';
import { SERVICE } from './observed-machine.ts';

/**
 * Removes objects by their recorded IDs: services, configs and secrets, containers, networks, machines. Each kind may use
 * the later ones. A repetition after an interruption continues.
 */
export async function removeObjects(convergence: Convergence): Promise<void> {
  const { provider, record } = convergence;
  const { unfinished = [] } = record.document;
  const leftovers = unfinished.filter(
    (one) => !record.document.machines.some(({ name }) => name === one),
  );
  const members = await connectMembers(convergence);
  try {
    await removeServices(convergence, members);
    await removeContainers(convergence, members);
    await removeNetworks(convergence, members);
    const machines = await provider.list();
    for (const name of new Set([...goneOf(convergence, 'machine'), ...leftovers])) {
      const machine = machines.find((one) => one.name === name);
      await onMachine(name, () => removeMachine(convergence, members, name, machine));
    }
  } finally {
    for (const engine of members) engine.close();
  }
}

async function removeServices(convergence: Convergence, members: readonly Engine[]): Promise<void> {
  const { topology, record, signal } = convergence;
  const manager = managerOf(topology, members);
  if (manager === undefined) return;
  const names = goneOf(convergence, 'service');
  const gone = (record.document.services ?? []).filter(({ service }) => names.includes(service));
  await allSettled(
    'services: remove',
    gone.map(async ({ service, id }) => {
      await manager.services.remove(id, { signal });
      // The ports of its tasks are free, and they are on no network any more.
      await allSettled(
        `service ${service}: remove its tasks`,
        members.map((engine) => waitUntilTasksEnd(engine, { service, id }, signal)),
      );
      await record.change(({ services = [] }) => ({
        services: orNone(services.filter((one) => one.id !== id)),
      }));
    }),
  );
  for (const kind of ['config', 'secret'] as const) {
    const removed = goneOf(convergence, kind);
    for (const file of record.document.files ?? []) {
      if (file.kind !== kind || !removed.includes(file.name)) continue;
      const files = kind === 'config' ? manager.configs : manager.secrets;
      await files.remove(file.id, { signal });
      await record.change((now) => ({
        files: orNone((now.files ?? []).filter((one) => one.id !== file.id)),
      }));
    }
  }
}

async function waitUntilTasksEnd(
  engine: Engine,
  { service, id }: { readonly service?: string; readonly id?: string },
  signal: AbortSignal,
): Promise<void> {
  const { machine } = engine;
  await waitFor(
    `${machine.name}: ${service === undefined ? 'all tasks' : `the tasks of ${service}`} have ended`,
    async () => {
      const all = await engine.containers.list({ signal, quiet: true });
      const tasks = all.filter(({ labels, state }) =>
        id === undefined
          ? labels[SERVICE] !== undefined && state === 'running'
          : labels[SERVICE] === id,
      );
      return tasks.length === 0
        ? done(undefined)
        : notYet(`left: ${tasks.map(({ name }) => name).join(', ')}`);
    },
    { limit: scaleLimit(120_000, [machine]), every: 250, signal },
  );
}

async function removeContainers(
  convergence: Convergence,
  members: readonly Engine[],
): Promise<void> {
  const { record, signal } = convergence;
  const names = goneOf(convergence, 'container');
  const gone = record.document.workload.filter(({ container }) => names.includes(container));
  await allSettled(
    'containers: remove',
    members.map(async (engine) => {
      for (const { id = '', machine, mark } of gone) {
        if (machine !== engine.machine.name) continue;
        await engine.containers.remove(id, { signal });
        await record.change(({ workload, carEndpoint }) => ({
          workload: workload.filter((one) => one.id !== id),
          // Only user-defined containers have a digest. The others are the car service.
          carEndpoint: mark === undefined ? undefined : carEndpoint,
        }));
      }
    }),
  );
}

async function removeNetworks(convergence: Convergence, members: readonly Engine[]): Promise<void> {
  const { topology, record, signal } = convergence;
  const names = goneOf(convergence, 'network');
  const [engine] = informedOf(topology, members);
  if (engine === undefined) return;
  for (const { name, id } of record.document.networks) {
    if (!names.includes(name)) continue;
    await onMachine(engine.machine.name, async () => {
      await removeOverlay(engine, id, { signal }).catch((error: unknown) => {
        if (!hasCode(error, 'network-unknown')) throw error;
      });
    });
    await allSettled(
      `network ${name}: remove`,
      members.map((one) => waitUntilForgotten(one, { name, id }, signal)),
    );
    await record.change(({ networks }) => ({
      networks: networks.filter((one) => one.id !== id),
    }));
  }
}

/** Waits until an engine does not list a network. Otherwise, a new container could get the old one of the same name. */
async function waitUntilForgotten(
  engine: Engine,
  { name, id }: { readonly name: string; readonly id: string },
  signal: AbortSignal,
): Promise<void> {
  const { machine } = engine;
  await waitFor(
    `${machine.name}: network ${name} is removed`,
    async () => {
      const networks = await engine.networks.list({ signal, quiet: true });
      return networks.some((one) => one.id === id) ? notYet('it still exists') : done(undefined);
    },
    { limit: scaleLimit(60_000, [machine]), signal },
  );
}

/** Removes a machine from its cluster and then from the state directory. It may be unfinished, or removed in part. */
async function removeMachine(
  { topology, record, provider, signal }: Convergence,
  members: readonly Engine[],
  name: string,
  machine: Machine | undefined,
): Promise<void> {
  const recorded = record.document.machines.find((one) => one.name === name);
  const manager = managerOf(topology, members);
  if (manager !== undefined) {
    const address = recorded?.address ?? machine?.address;
    await leaveSwarm(manager, name, machine, address, signal);
    // A new machine may get its address.
    const staying = stayingOf({ record }, members, name);
    if (address !== undefined) await waitUntilDeparted(address, staying, { signal });
  } else if (machine !== undefined) {
    await leaveKeyValueCluster({ topology, record, provider, signal }, members, machine);
  }
  if (machine !== undefined) await provider.remove([name]);
  await record.change(({ machines, unfinished = [] }) => ({
    machines: machines.filter((one) => one.name !== name),
    unfinished: orNone(unfinished.filter((one) => one !== name)),
  }));
}

/** Returns a list for the document, which has no empty ones. */
function orNone<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Moves the tasks away, and removes the node. */
async function leaveSwarm(
  manager: Engine,
  name: string,
  machine: Machine | undefined,
  address: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (machine?.state === 'Running') {
    using engine = connectEngine(machine);
    const { swarm, swarmNode } = await engine.info({ signal });
    if (swarm === 'active' && swarmNode !== undefined) {
      await manager.nodes.update(swarmNode.id, { availability: 'drain' }, { signal });
      await waitUntilTasksEnd(engine, {}, signal);
    }
    if (swarm !== 'inactive') await engine.swarm.leave({ force: true, signal });
    if (swarmNode !== undefined) await removeNode(manager, swarmNode.id, signal);
  }
  // An interruption between these steps leaves a node without an engine.
  for (const node of await manager.nodes.list({ signal })) {
    const isIts = node.hostname === name && node.state !== 'ready' && node.role === 'worker';
    if (isIts && address === node.address) {
      await removeNode(manager, node.id, signal);
    }
  }
}

async function removeNode(manager: Engine, id: string, signal: AbortSignal): Promise<void> {
  await manager.nodes.remove(id, { force: true, signal }).catch((error: unknown) => {
    if (!hasCode(error, 'name-unknown')) throw error;
  });
}

/** Shuts the engine down, so that it leaves the gossip, and removes it from the key-value store. */
async function leaveKeyValueCluster(
  {
    topology,
    record,
    provider,
    signal,
  }: Pick<Convergence, 'topology' | 'record' | 'provider' | 'signal'>,
  members: readonly Engine[],
  machine: Machine,
): Promise<void> {
  await provider.stop(machine.name);
  const store = storeIn({ topology, record });
  if (store === undefined) return;
  await store.remove(`${MEMBERS_KEY}${advertisedBy(machine)}`, { signal });
  const staying = stayingOf({ record }, members, machine.name);
  await waitUntilLeft(
    machine,
    staying.map((one) => one.machine),
    { signal },
  );
}

/** Returns the engines without that of a machine that is being removed, and without those of removed ones. */
function stayingOf(
  { record }: Pick<Convergence, 'record'>,
  members: readonly Engine[],
  gone: string,
): Engine[] {
  const left = new Set(record.document.machines.map(({ name }) => name));
  return members.filter(({ machine: { name } }) => name !== gone && left.has(name));
}
