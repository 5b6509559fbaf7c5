import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { startConsul } from '../../helpers/cluster/start-consul.ts';
import { connectEngine } from '../../helpers/engine/engine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns-provider.ts';
import { prepareImages } from '../../helpers/workload/images/prepare-images.ts';

const NAME = 'images';

const test = base.extend(
  'engine',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const store = await mkdtemp(join(tmpdir(), 'images-'));
    const provider = createNetnsProvider({ store });
    onCleanup(async () => {
      await provider.remove([NAME]);
      await provider.sweep();
      await rm(store, { recursive: true, force: true });
    });
    const { archive } = await prepareImages().consul;
    if (archive === undefined) throw new Error('the built image is no archive');
    return connectEngine(await provider.create({ name: NAME, images: [archive] }));
  },
);

describe('The Consul image', () => {
  test('leads and stores when it is called as in the tutorial', async ({ engine }) => {
    const { store } = await startConsul(engine, { name: 'consul' });
    expect(await store.leader()).toMatch(/:8300$/);
    await store.write('image/spec', 'written');
    expect(await store.read('image/spec')).toBe('written');
  });
});
