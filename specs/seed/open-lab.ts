import type { Cluster } from '../../helpers/cluster/cluster.ts';
import { openCluster } from '../../helpers/cluster/open-cluster.ts';
import type { Container } from '../../helpers/engine/container.ts';
import { connectEngine, type Engine } from '../../helpers/engine/engine.ts';
import type { Machine, MachineProvider } from '../../helpers/machine/machine.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { openProviderOf } from './choose-provider-for.ts';

/** The running topology, as a spec meets it. */
export interface Lab {
  readonly document: TopologyDocument;
  readonly provider: MachineProvider;
  /** What makes the hosts a cluster. */
  readonly cluster: Cluster;
  /** The machines of the cluster, in the topology's order. The first is the master. */
  readonly hosts: readonly Engine[];
  engine(machine: string): Engine;
  machine(name: string): Machine;
  /** A container of the workload. */
  container(name: string): Promise<Container>;
}

/** The topology of that document, as it runs. */
export async function openLab(document: TopologyDocument, opened?: MachineProvider): Promise<Lab> {
  const provider = opened ?? (await openProviderOf(document.store));
  const machines = await Promise.all(document.machines.map(({ name }) => provider.inspect(name)));
  const engines = new Map(machines.map((machine) => [machine.name, connectEngine(machine)]));
  const engine = (name: string): Engine => {
    const found = engines.get(name);
    if (found === undefined) throw new Error(`the topology has no machine ${name}`);
    return found;
  };
  const cluster = openCluster(document.cluster, [...engines.values()]);
  return {
    document,
    provider,
    cluster,
    hosts: cluster.engines,
    engine,
    machine: (name) => engine(name).machine,
    container: async (name) => {
      const place = document.workload.find(({ container }) => container === name);
      if (place === undefined) throw new Error(`the workload has no container ${name}`);
      return await engine(place.machine).containers.find(name);
    },
  };
}
