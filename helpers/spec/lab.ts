import type { Cluster } from '../cluster/cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import type { Container } from '../engine/container.ts';
import { connectEngine, type Engine } from '../engine/engine.ts';
import type { Machine, MachineProvider } from '../machine/machine.ts';
import { InputError } from '../process/input-error.ts';
import { suggestName } from '../process/suggest-name.ts';
import type { TopologyDocument } from '../topology/document.ts';
import { openProviderOf } from './choose-provider-for.ts';

/** The running topology, as a spec meets it. */
export interface Lab<MachineName extends string = string, ContainerName extends string = string> {
  /** What stands: the same as the fixture `topology`. */
  readonly document: TopologyDocument;
  /** What made the machines: it stops and starts them, and runs commands in them. */
  readonly provider: MachineProvider;
  /** What makes the hosts a cluster. */
  readonly cluster: Cluster;
  /** The machines of the cluster, in the topology's order. */
  readonly hosts: readonly Engine[];
  /** Docker's API of a machine: its containers, networks, images. */
  readonly engine: (machine: MachineName) => Engine;
  /** A machine as its provider knows it: address, state, where its engine listens. */
  readonly machine: (name: MachineName) => Machine;
  /** A container of the topology: its own `exec`, `inspect`, `logs`, `stop`, `start`, and what matchers ask. */
  readonly container: (name: ContainerName) => Promise<Container>;
}

/** The topology of that document, as it runs. */
export async function openLab(document: TopologyDocument, opened?: MachineProvider): Promise<Lab> {
  const provider = opened ?? (await openProviderOf(document.store));
  const machines = await Promise.all(document.machines.map(({ name }) => provider.inspect(name)));
  const engines = new Map(machines.map((machine) => [machine.name, connectEngine(machine)]));
  const engine = (name: string): Engine =>
    engines.get(name) ?? throwMissing(document, 'machine', name, [...engines.keys()]);
  const cluster = openCluster(document.cluster, [...engines.values()]);
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
      const container = await engine(place.machine).containers.find(name);
      homes.set(container, lab);
      return container;
    },
  };
  return lab;
}

const homes = new WeakMap<Container, Lab>();

/** The running topology in which {@link Lab.container} found that container; undefined for one from elsewhere. */
export function labOf(container: Container): Lab | undefined {
  return homes.get(container);
}

function throwMissing(
  { topology }: TopologyDocument,
  kind: 'machine' | 'container',
  name: string,
  names: readonly string[],
): never {
  throw new InputError({
    subject: `topology ${topology}`,
    observed: `unknown ${kind} "${name}"`,
    remedy: suggestName(name, names, `${kind}s`),
  });
}
