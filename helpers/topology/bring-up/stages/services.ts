import {
  type NetworkOfServices,
  waitForServiceRecords,
} from '../../../cluster/swarm-mode/service-records.ts';
import {
  areComplete,
  describeTasks,
  readServiceTasks,
  type ServiceTask,
  waitForServiceTasks,
} from '../../../cluster/swarm-mode/service-tasks.ts';
import { scaleLimit } from '../../../docker/endpoints/scale-limit.ts';
import { connectEngine, type Engine } from '../../../docker/engine.ts';
import type { ServiceFacts } from '../../../docker/swarm/service-facts.ts';
import type { ServiceFile, ServiceSpec } from '../../../docker/swarm/service-spec.ts';
import type { NetworkFacts } from '../../../docker/networks.ts';
import type { Machine } from '../../../machine/machine.ts';
import { allSettled } from '../../../process/errors/harness-error.ts';
import { omitUndefined } from '../../../process/omit-undefined.ts';
import { done, notYet, waitFor } from '../../../process/waits/wait-for.ts';
import type { FindSilentPorts } from '../../../workload/deploy-containers.ts';
import type { PreparedImage } from '../../../workload/images/prepare-images.ts';
import { provideImage } from '../../../workload/provide-image.ts';
import type { TopologyDocument } from '../../document.ts';
import {
  nameOfFile,
  parseServiceNetwork,
  parseServicePort,
  servicesOf,
  type Topology,
  type TopologyService,
} from '../../topology.ts';
import { runStage } from './run-stage.ts';

/** A service with its image. */
export interface OwnService {
  readonly service: TopologyService;
  readonly image: PreparedImage;
}

/** The requirements of services. */
export interface ServicesEnvironment {
  readonly topology: Topology;
  /** The machines of the cluster. */
  readonly machines: readonly Machine[];
  /** The name of the machine whose engine creates services. */
  readonly manager: string;
  readonly networks: readonly NetworkFacts[];
  readonly findSilent: FindSilentPorts;
  readonly signal: AbortSignal;
}

/**
 * Creates the services of a topology at the same time. Ready when all tasks run and listen on their ports, and each
 * engine with a task knows the addresses of all services on its networks.
 */
export async function bringUpServices(
  own: readonly OwnService[],
  { topology, machines, manager: name, networks, findSilent, signal }: ServicesEnvironment,
): Promise<NonNullable<TopologyDocument['services']>> {
  return await runStage('services', async () => {
    const engines = machines.map(connectEngine);
    const manager = engines.find(({ machine }) => machine.name === name);
    if (manager === undefined) throw new Error(`no machine ${name} in the swarm`);
    const hint = 'check that the machines reach the registry, or use a docker save archive';
    await allSettled(
      'services: images',
      engines.flatMap((engine) =>
        own.map(({ image }) => provideImage(engine, image, { signal, hint })),
      ),
    );
    const files = await createFiles(manager, topology, signal);
    for (const one of own) await manager.services.create(specOf(one, files), { signal });
    const running = await allSettled(
      'services: tasks',
      own.map(async ({ service }) => waitForPorts(manager, service, engines, findSilent, signal)),
    );
    const services = await Promise.all(
      own.map(async ({ service }) => await manager.services.inspect(service.name, { signal })),
    );
    await waitForServiceRecords(engines, recordsOf(networks, services, running), { signal });
    return describeServices(topology, services, networks);
  });
}

type StoredFiles = Readonly<Record<'configs' | 'secrets', ReadonlyMap<string, string>>>;

/** Creates the configs and secrets of a topology. Returns their IDs by name. */
async function createFiles(
  manager: Engine,
  { configs = [], secrets = [] }: Topology,
  signal: AbortSignal,
): Promise<StoredFiles> {
  const ids = { configs: new Map<string, string>(), secrets: new Map<string, string>() };
  for (const { name, content } of configs) {
    ids.configs.set(name, await manager.configs.create(name, content, { signal }));
  }
  for (const { name, content } of secrets) {
    ids.secrets.set(name, await manager.secrets.create(name, content, { signal }));
  }
  return ids;
}

/** Labels of a stack's services and their tasks, by which the docker client finds them. */
const STACK = 'com.docker.stack.namespace';

function specOf({ service, image }: OwnService, files: StoredFiles): ServiceSpec {
  const { name, command, entrypoint, environment, constraints, health, stopGrace, stack } = service;
  const labels = stack === undefined ? undefined : { [STACK]: stack };
  const mounted = (
    kind: keyof StoredFiles,
    used: readonly { readonly name: string; readonly target: string }[] | undefined,
  ) => used?.map((one): ServiceFile => ({ ...one, id: files[kind].get(one.name) ?? '' }));
  return {
    name,
    image: image.tag,
    replicas: service.mode === 'global' ? 'global' : (service.replicas ?? 1),
    endpointMode: service.endpoint ?? 'vip',
    networks: service.networks.map(parseServiceNetwork),
    ...omitUndefined({
      command,
      entrypoint,
      env: environment,
      publish: service.ports?.map(parseServicePort),
      constraints,
      labels,
      containerLabels: labels,
      configs: mounted('configs', service.configs),
      secrets: mounted(
        'secrets',
        service.secrets?.map((one) =>
          typeof one === 'string' ? { name: one, target: one } : { ...one, name: nameOfFile(one) },
        ),
      ),
      health,
      stopGrace,
      update: service.update,
      rollback: service.rollback,
    }),
  };
}

/**
 * Waits until each task of a service runs and listens on its ports, and returns the tasks. A task that ends before that is
 * replaced by another one.
 */
async function waitForPorts(
  manager: Engine,
  { name, listensOn = [] }: TopologyService,
  engines: readonly Engine[],
  findSilent: FindSilentPorts,
  signal: AbortSignal,
): Promise<readonly ServiceTask[]> {
  const tasks = await waitForServiceTasks(manager, name, { signal });
  if (listensOn.length === 0) return tasks;
  return await waitFor(
    `service ${name}: each task listens on ${listensOn.join(', ')}`,
    async () => {
      const now = await readServiceTasks(manager, name, { signal, quiet: true });
      if (!areComplete(now)) return notYet(describeTasks(now));
      const silent: string[] = [];
      for (const { node, containerId, name: task } of now.due) {
        const engine = engines.find(({ machine }) => machine.name === node);
        const container = await engine?.containers.find(containerId, { signal, quiet: true });
        const ports =
          container === undefined ? listensOn : await findSilent(container, listensOn, signal);
        if (ports.length > 0) silent.push(`${task} on ${node}: not on ${ports.join(', ')}`);
      }
      return silent.length === 0 ? done(now.due) : notYet(silent.join('; '));
    },
    {
      limit: scaleLimit(120_000, [manager.machine]),
      every: 250,
      signal,
      hint: `run "docker service logs ${name}" on ${manager.machine.name}, and check its command and listensOn`,
    },
  );
}

function recordsOf(
  networks: readonly NetworkFacts[],
  services: readonly ServiceFacts[],
  running: readonly (readonly ServiceTask[])[],
): NetworkOfServices[] {
  return networks.map(({ id, name }) => ({
    id,
    name,
    services: services.flatMap((service, at) => {
      const tasks = (running[at] ?? []).filter(
        ({ addressesById }) => addressesById[id] !== undefined,
      );
      const address = service.virtualAddresses[id] ?? '';
      return tasks.length === 0 ? [] : [{ name: service.name, address, tasks }];
    }),
  }));
}

function describeServices(
  topology: Topology,
  services: readonly ServiceFacts[],
  networks: readonly NetworkFacts[],
): NonNullable<TopologyDocument['services']> {
  return servicesOf(topology).map(({ service, mark }) => {
    const facts = services.find(({ name }) => name === service);
    const described = topology.services?.find(({ name }) => name === service);
    const used = (described?.networks ?? []).map((one) => parseServiceNetwork(one).name);
    return {
      service,
      id: facts?.id ?? '',
      networks: networks
        .filter(({ name }) => used.includes(name))
        .map(({ id, name }) => ({
          name,
          ...omitUndefined({ address: facts?.virtualAddresses[id] }),
        })),
      ports: (described?.ports ?? []).map(parseServicePort),
      ...omitUndefined({ replicas: facts?.replicas }),
      mark,
    };
  });
}
