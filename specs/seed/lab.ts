import { test as base, inject } from 'vitest';
import { chooseProvider } from '../../helpers/machine/choose-provider.ts';
import type { Container } from '../../helpers/engine/container.ts';
import { connectEngine, type Engine } from '../../helpers/engine/engine.ts';
import type { Machine, MachineProvider } from '../../helpers/machine/machine.ts';
import { attachMachines } from '../../helpers/report/machine-evidence.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';

export { expect } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The topology that the global set-up stood up. */
    topology: TopologyDocument;
  }
}

/** The running topology, as a spec meets it. */
export interface Lab {
  readonly document: TopologyDocument;
  readonly provider: MachineProvider;
  /** The machines of the cluster, in the topology's order. The first is the master. */
  readonly hosts: readonly Engine[];
  engine(machine: string): Engine;
  machine(name: string): Machine;
  /** A container of the workload. */
  container(name: string): Promise<Container>;
}

/** One import brings what a spec of the seed topology uses: `lab` and Vitest's own. */
export const test = base
  .extend('lab', { scope: 'worker' }, () => openLab())
  .extend('evidenceOfFailure', { auto: true }, ({ lab, onTestFailed }) => {
    // Read while the machines still are as the spec left them.
    onTestFailed(async () => {
      await attachMachines(
        lab.provider,
        lab.document.machines.map(({ name }) => name),
      );
    });
  });

async function openLab(): Promise<Lab> {
  const document = inject('topology');
  const { provider } = await chooseProvider();
  const machines = await Promise.all(document.machines.map(({ name }) => provider.inspect(name)));
  const engines = new Map(machines.map((machine) => [machine.name, connectEngine(machine)]));
  const engine = (name: string): Engine => {
    const found = engines.get(name);
    if (found === undefined) throw new Error(`the topology has no machine ${name}`);
    return found;
  };
  return {
    document,
    provider,
    hosts: machines
      .filter(({ name }) => name !== document.keystore)
      .map(({ name }) => engine(name)),
    engine,
    machine: (name) => engine(name).machine,
    container: async (name) => {
      const place = document.workload.find(({ container }) => container === name);
      if (place === undefined) throw new Error(`the workload has no container ${name}`);
      return await engine(place.machine).containers.find(name);
    },
  };
}
