import { test as base } from 'vitest';
import {
  engineOptionsFor,
  type KeyValueStore,
} from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import { startStore } from '../../helpers/cluster/key-value/stores/start-store.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import type { Machine } from '../../helpers/machine/machine.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import { bringUpCluster } from '../../helpers/topology/bring-up/stages/cluster.ts';
import { prepareImage } from '../../helpers/workload/images/prepare-images.ts';
import { prepareBusyboxImage } from '../machine/busybox-image.ts';
import { type NetnsLab, openNetnsLab, setUpIn } from '../machine/netns-lab.ts';

export { expect } from 'vitest';

/** A cluster for one spec file, whose prerequisites tests violate. */
export interface ConditionsLab extends NetnsLab {
  readonly store: KeyValueStore;
  readonly storeContainer: Container;
  readonly keystore: Engine;
  readonly master: Engine;
  readonly worker: Engine;
  /** Creates a further machine as a member of the cluster, as `up` does. */
  join(name: string, address: string): Promise<void>;
  /** Creates a machine with these engine options, which is removed at the end of the block. */
  make(name: string, engineOptions: readonly string[]): Promise<Machine & AsyncDisposable>;
}

/** One cluster for the whole file; each test breaks it in one way and repairs it. */
export const test = base.extend(
  'lab',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }): Promise<ConditionsLab> => {
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    return await setUpIn(lab, () => bringUpLab(lab));
  },
);

async function bringUpLab(lab: NetnsLab): Promise<ConditionsLab> {
  const { provider } = lab;
  const [image, busybox] = await Promise.all([
    prepareImage('consul', 'build'),
    prepareBusyboxImage(),
  ]);
  const images = [...(image.archive === undefined ? [] : [image.archive]), busybox];
  const keystore = connectEngine(await provider.create({ name: 'mh-keystore', images }));
  const { store, container } = await startStore('consul', keystore, { image: image.tag });
  const { signal } = new AbortController();
  const ground = { store: Promise.resolve(store), provider, signal };
  const shared = { images: [busybox], engineOptions: engineOptionsFor(store) };
  const hosts = ['master-host', 'worker-host'].map((name) => ({ name, ...shared }));
  const [master, worker] = await bringUpCluster(hosts, ground);
  if (master === undefined || worker === undefined) throw new Error('two machines expected');
  return {
    ...lab,
    store,
    storeContainer: container,
    keystore,
    master: connectEngine(master),
    worker: connectEngine(worker),
    join: async (name, address) => {
      await bringUpCluster([{ name, address, ...shared }], ground);
    },
    make: async (name, engineOptions) => ({
      ...(await provider.create({ name, engineOptions })),
      [Symbol.asyncDispose]: async () => await provider.remove([name]),
    }),
  };
}

/** Returns the error of a promise, in one line. */
export async function failureOf(doing: Promise<unknown>): Promise<string> {
  const thrown = await doing.then(
    () => new Error('the promise did not reject'),
    (error: unknown) => error,
  );
  if (thrown instanceof HarnessError) return thrown.line;
  throw thrown;
}
