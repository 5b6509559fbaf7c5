import type { Cluster } from '../cluster/cluster.ts';
import { clusterKindOf } from '../cluster/cluster-plan.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import type { Container } from '../docker/containers/container.ts';
import { connectEngine, type Engine } from '../docker/engine.ts';
import type { Machine, MachineProvider } from '../machine/machine.ts';
import { InputError } from '../process/errors/input-error.ts';
import { suggestName } from '../process/text/suggest-name.ts';
import type { TopologyDocument } from '../topology/document.ts';
import { openService, type Service } from './service.ts';
import { openProviderOf } from './choose-provider-for.ts';

/** The running topology of a spec. */
export interface Lab<
  MachineName extends string = string,
  ContainerName extends string = string,
  ServiceName extends string = string,
> {
  /** The running topology as a document, like the fixture `topology`. */
  readonly document: TopologyDocument;
  /** The provider, which stops and starts machines and runs commands in them. */
  readonly provider: MachineProvider;
  /** The key-value store or swarm. */
  readonly cluster: Cluster;
  /** The engines of the cluster, in the topology's order. */
  readonly hosts: readonly Engine[];
  /** Returns the Docker API of a machine: containers, networks, images. */
  readonly engine: (machine: MachineName) => Engine;
  /** Returns a machine: address, state, engine address. */
  readonly machine: (name: MachineName) => Machine;
  /** Returns a container of the topology, with `exec`, `inspect`, `logs`, `stop` and `start`. */
  readonly container: (name: ContainerName) => Promise<Container>;
  /** Returns a service of the topology, with its tasks, virtual addresses and published ports. */
  readonly service: (name: ServiceName) => Service;
}

/** Opens the running topology of a document. */
export async function openLab(document: TopologyDocument, opened?: MachineProvider): Promise<Lab> {
  const provider = opened ?? (await openProviderOf(document.store));
  const machines = await Promise.all(document.machines.map(({ name }) => provider.inspect(name)));
  const engines = new Map(machines.map((machine) => [machine.name, connectEngine(machine)]));
  const engine = (name: string): Engine =>
    engines.get(name) ?? throwMissing(document, 'machine', name, [...engines.keys()]);
  const cluster = openCluster(document.cluster, [...engines.values()]);
  const findContainer = async (machine: string, nameOrId: string) => {
    const container = await engine(machine).containers.find(nameOrId);
    homes.set(container, lab);
    return container;
  };
  const lab: Lab = {
    document,
    provider,
    cluster,
    hosts: cluster.engines,
    engine,
    machine: (name) => engine(name).machine,
    container: async (name) => {
      const names = document.workload.map((one) => one.container);
      const place =
        document.workload.find((one) => one.container === name) ??
        throwMissing(document, 'container', name, names);
      return await findContainer(place.machine, name);
    },
    service: (name) => {
      const services = document.services ?? [];
      const described =
        services.find(({ service }) => service === name) ??
        throwMissing(
          document,
          'service',
          name,
          services.map(({ service }) => service),
        );
      return openService(described, engine(clusterManagerOf(document)), findContainer);
    },
  };
  return lab;
}

/** Only a cluster with a manager has services. */
function clusterManagerOf({ cluster }: TopologyDocument): string {
  return clusterKindOf(cluster).serviceManagerOf(cluster) ?? '';
}

const homes = new WeakMap<Container, Lab>();

/** Returns the running topology of a container or task from {@link Lab}; undefined for other containers. */
export function labOf(container: Container): Lab | undefined {
  return homes.get(container);
}

function throwMissing(
  { topology }: TopologyDocument,
  kind: 'machine' | 'container' | 'service',
  name: string,
  names: readonly string[],
): never {
  throw new InputError({
    code: 'name-unknown',
    subject: `topology ${topology}`,
    observed: `unknown ${kind} "${name}"`,
    hint: suggestName(name, names, `${kind}s`),
  });
}
