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
  type FilePlace,
  filesOf,
  nameOfFile,
  parseServiceNetwork,
  parseServicePort,
  type ServicePlace,
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
  readonly networks: readonly Pick<NetworkFacts, 'id' | 'name'>[];
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
): Promise<Pick<TopologyDocument, 'services' | 'files'>> {
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
    const files: StoredFile[] = [];
    for (const file of filesOf(topology)) {
      files.push(await createFile(manager, topology, file, signal));
    }
    for (const one of own) await createService(manager, one, files, signal);
    const wanted = own.map(({ service }) => service);
    const environment = { topology, engines, manager, networks, findSilent, signal };
    const services = await waitForServices(wanted, environment);
    return { services, ...(files.length === 0 ? {} : { files }) };
  });
}

/** The requirements of running services. */
interface RunningServicesEnvironment
  extends Pick<ServicesEnvironment, 'topology' | 'networks' | 'findSilent' | 'signal'> {
  readonly engines: readonly Engine[];
  readonly manager: Engine;
}

/**
 * Waits until all tasks of services run and listen on their ports, and until each engine with a task knows the addresses
 * of these services. Returns them as the topology's document describes them.
 */
export async function waitForServices(
  wanted: readonly TopologyService[],
  environment: RunningServicesEnvironment,
): Promise<RunningService[]> {
  const { topology, engines, manager, networks, findSilent, signal } = environment;
  const running = await allSettled(
    'services: tasks',
    wanted.map(async (service) => waitForPorts(manager, service, engines, findSilent, signal)),
  );
  const services = await Promise.all(
    wanted.map(async ({ name }) => await manager.services.inspect(name, { signal })),
  );
  await waitForServiceRecords(engines, recordsOf(networks, services, running), { signal });
  return servicesOf(topology).flatMap((place) => {
    const facts = services.find(({ name }) => name === place.service);
    return facts === undefined ? [] : describeService(topology, place, facts, networks);
  });
}

type RunningService = NonNullable<TopologyDocument['services']>[number];
type StoredFile = NonNullable<TopologyDocument['files']>[number];

/** Creates a config or secret of a topology. */
export async function createFile(
  manager: Engine,
  { configs = [], secrets = [] }: Topology,
  file: FilePlace,
  signal: AbortSignal | undefined,
): Promise<StoredFile> {
  const { kind, name } = file;
  const { content = '' } =
    (kind === 'config' ? configs : secrets).find((one) => one.name === name) ?? {};
  const store = kind === 'config' ? manager.configs : manager.secrets;
  return { kind, name, id: await store.create(name, content, { signal }), mark: file.mark };
}

/** Creates a service, and returns its ID. Its tasks start later. */
export async function createService(
  manager: Engine,
  own: OwnService,
  files: readonly StoredFile[],
  signal: AbortSignal | undefined,
): Promise<string> {
  return await manager.services.create(specOf(own, files), { signal });
}

/** Labels of a stack's services and their tasks, by which the docker client finds them. */
const STACK = 'com.docker.stack.namespace';

function specOf({ service, image }: OwnService, files: readonly StoredFile[]): ServiceSpec {
  const { name, command, entrypoint, environment, constraints, health, stopGrace, stack } = service;
  const labels = stack === undefined ? undefined : { [STACK]: stack };
  const mounted = (
    kind: StoredFile['kind'],
    used: readonly { readonly name: string; readonly target: string }[] | undefined,
  ) =>
    used?.map(
      (one): ServiceFile => ({
        ...one,
        id: files.find((file) => file.kind === kind && file.name === one.name)?.id ?? '',
      }),
    );
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
      configs: mounted('config', service.configs),
      secrets: mounted(
        'secret',
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
  networks: readonly Pick<NetworkFacts, 'id' | 'name'>[],
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

/** Describes a service as the topology's document does. */
export function describeService(
  topology: Topology,
  { service, mark }: ServicePlace,
  { id, virtualAddresses, replicas }: Pick<ServiceFacts, 'id' | 'virtualAddresses' | 'replicas'>,
  networks: readonly Pick<NetworkFacts, 'id' | 'name'>[],
): RunningService {
  const described = topology.services?.find(({ name }) => name === service);
  const used = (described?.networks ?? []).map((one) => parseServiceNetwork(one).name);
  return {
    service,
    id,
    networks: networks
      .filter(({ name }) => used.includes(name))
      .map((network) => ({
        name: network.name,
        ...omitUndefined({ address: virtualAddresses[network.id] }),
      })),
    ports: (described?.ports ?? []).map(parseServicePort),
    ...omitUndefined({ replicas }),
    mark,
  };
}
