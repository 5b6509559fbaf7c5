import { describe, expect, onTestFinished } from 'vitest';
import {
  engineOptionsFor,
  type KeyValueStore,
  type StoreEntry,
} from '../../helpers/cluster/key-value-store.ts';
import { waitForCluster } from '../../helpers/cluster/members.ts';
import { type StartedStore, startStore } from '../../helpers/cluster/start-store.ts';
import { connectEngine } from '../../helpers/engine/engine.ts';
import type { PreparedImage } from '../../helpers/workload/images/choose-image.ts';
import { prepareImage } from '../../helpers/workload/images/prepare-images.ts';
import { test as labTest } from '../machine/netns-lab.ts';

const KEYSTORE = 'keystore';

/** The keystore of the tutorial with the two other stores that it names, side by side; Consul has its specs elsewhere. */
const test = labTest.extend('keystore', { scope: 'file' }, async ({ lab }) => {
  const [etcd, zookeeper] = await Promise.all([prepareImage('etcd'), prepareImage('zookeeper')]);
  const images = [etcd, zookeeper].flatMap(({ archive }) => archive ?? []);
  const engine = connectEngine(await lab.provider.create({ name: KEYSTORE, images }));
  const start = async (kind: 'etcd' | 'zookeeper', { tag }: PreparedImage): Promise<StartedStore> =>
    await startStore(kind, engine, { image: tag, name: kind });
  const [startedEtcd, startedZooKeeper] = await Promise.all([
    start('etcd', etcd),
    start('zookeeper', zookeeper),
  ]);
  return { etcd: startedEtcd, zookeeper: startedZooKeeper };
});

describe.for([
  { kind: 'etcd', release: /^3\.3\.\d+/ },
  { kind: 'zookeeper', release: /^3\.4\.\d+/ },
] as const)('The store $kind', ({ kind, release }) => {
  test('leads alone', async ({ keystore }) => {
    const { store } = keystore[kind];
    expect(await store.servers()).toEqual([{ name: expect.any(String), leads: true }]);
    expect(await store.version()).toMatch(release);
  });

  test('gives what was written to whoever asks, from here or from a machine, until it is removed', async ({
    lab,
    keystore,
  }) => {
    const { store } = keystore[kind];
    const from = { provider: lab.provider, machine: KEYSTORE };
    const key = 'specs/grüße & mehr/100 %';
    const value = `schöne Grüße = 1 + 1 & 100 % «${new Date().toISOString()}»`;
    expect(await store.read(key)).toBeUndefined();
    await writeUntilTheEnd(store, [{ key, value: 'another value before' }]);
    await store.write(key, value);
    expect(await store.read(key)).toBe(value);
    expect(await store.readFrom(from, key)).toBe(value);
    await store.remove(key);
    expect(await store.read(key)).toBeUndefined();
    expect(await store.readFrom(from, key)).toBeUndefined();
    await store.remove(key);
  });

  test('lists what is below a key in order, without folders, and nothing that is only called alike', async ({
    keystore,
  }) => {
    const { store } = keystore[kind];
    const entries = [
      { key: 'tree/10', value: 'ten' },
      { key: 'tree/9/deep/down', value: 'nine' },
      { key: 'tree/a', value: 'a' },
    ];
    const alike = ['trees', 'tree-house/b'].map((key) => ({ key, value: 'no' }));
    await writeUntilTheEnd(store, [...alike, ...entries].toReversed());
    expect(await store.readTree('tree')).toEqual(entries);
    expect(await store.readTree('tree/')).toEqual(entries);
    expect(await store.readTree('tree/a')).toEqual([{ key: 'tree/a', value: 'a' }]);
    expect(await store.readTree('no-tree')).toEqual([]);
    // A folder has no value that could be read or removed.
    expect(await store.read('tree')).toBeUndefined();
    await store.remove('tree');
    expect(await store.readTree('tree')).toEqual(entries);
  });

  test('has an engine that was given its URL under docker/nodes, still after it was killed and started again', async ({
    lab,
    keystore,
  }) => {
    const { store, container } = keystore[kind];
    const name = `with-${kind}`;
    const machine = await lab.provider.create({ name, engineOptions: engineOptionsFor(store) });
    onTestFinished(() => lab.provider.remove([name]));
    await waitForCluster(store, [machine], lab);
    const advertised = `${machine.address}:2376`;
    const members = [{ key: `docker/nodes/${advertised}`, value: advertised }];
    expect(await store.readTree('docker/nodes')).toEqual(members);
    using engine = connectEngine(machine);
    expect(await engine.info()).toMatchObject({
      clusterStore: `${kind === 'zookeeper' ? 'zk' : kind}://${store.address}:${store.port}`,
      clusterAdvertise: advertised,
    });

    await container.kill();
    await expect(store.readTree('docker/nodes')).rejects.toThrow(
      /connect ECONNREFUSED .*; see whether the keystore runs/,
    );
    await container.start();
    await store.waitUntilReady();
    expect(await store.readTree('docker/nodes')).toEqual(members);
  });
});

/** Writes these, and removes them when the test has ended, whatever came of it. */
async function writeUntilTheEnd(
  store: KeyValueStore,
  entries: readonly StoreEntry[],
): Promise<void> {
  for (const { key, value } of entries) {
    onTestFinished(() => store.remove(key));
    await store.write(key, value);
  }
}
