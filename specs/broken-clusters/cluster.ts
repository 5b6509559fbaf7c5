import { test as base } from 'vitest';
import { openKeyValueStore } from '../../helpers/cluster/key-value/stores/open-store.ts';
import type { KeyValueStore } from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { openLab } from '../topology/lab.ts';
import type { SeedOutcome } from './read-outcomes.ts';
import { runSeedSpecs, type SeedRun } from './run-seed-specs.ts';

export { expect } from 'vitest';

/** A seed cluster for one spec file, which breaks it. */
export interface Cluster {
  readonly provider: MachineProvider;
  readonly store: KeyValueStore;
  readonly keystore: Engine;
  readonly master: Engine;
  readonly worker: Engine;
  /** Runs files of the seed specs on the cluster in its present state. */
  runSpecs(
    files: readonly string[],
    how: Omit<SeedRun, 'env'>,
  ): Promise<ReadonlyMap<string, SeedOutcome>>;
}

/** One cluster for the whole file, which is broken and repaired repeatedly. */
export const test = base.extend(
  'cluster',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }): Promise<Cluster> => {
    const lab = await openLab();
    onCleanup(() => lab.clear());
    const { exitCode, stdout, stderr } = await lab.run('up', '--json');
    if (exitCode !== 0) throw new Error(`overlay-e2e up: ${stderr}`);
    const { machines: running } = JSON.parse(stdout) as TopologyDocument;
    const provider = createNetnsProvider({ store: lab.store });
    const machines = await Promise.all(running.map(({ name }) => provider.inspect(name)));
    const engine = (name: string): Engine => {
      const machine = machines.find((one) => one.name === name);
      if (machine === undefined) throw new Error(`no machine ${name} in the topology`);
      return connectEngine(machine);
    };
    const keystore = engine('mh-keystore');
    return {
      provider,
      store: openKeyValueStore('consul', keystore.machine.address),
      keystore,
      master: engine('master-host'),
      worker: engine('worker-host'),
      runSpecs: async (files, how) => await runSeedSpecs(files, { env: lab.env, ...how }),
    };
  },
);
