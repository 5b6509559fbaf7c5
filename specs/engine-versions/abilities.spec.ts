import { expect, test } from 'vitest';
import { refuseBundle } from '../../helpers/cluster/require-engines.ts';
import { askAbilities, engineAbilities } from '../../helpers/debian/engines/engine-capabilities.ts';
import {
  ENGINE_VERSIONS,
  prepareEngineBundle,
} from '../../helpers/debian/engines/engine-bundle.ts';
import { openNetnsLab } from '../machine/netns-lab.ts';

test.for(ENGINE_VERSIONS)(
  'the dockerd of %s has the abilities that are known before its download',
  async (version) => {
    const asked = await askAbilities(await prepareEngineBundle(version));
    expect(asked).toEqual(await engineAbilities(version));
  },
);

test('the abilities of a dockerd in a custom folder depend on the program, not on its version', async () => {
  const { folder } = await prepareEngineBundle('20.10.24');
  expect((await refuseBundle('consul', folder))?.observed).toBe(
    `engine 20.10.24 has no consul:// (this build, ${folder})`,
  );
  expect(await refuseBundle('etcd', folder)).toBeUndefined();
});

test('options that are rejected before a start are rejected by dockerd too', async () => {
  await using lab = await openNetnsLab();
  const words = await Promise.all(
    (
      [
        ['26.1.5', 'etcd://127.0.0.1:2379'],
        ['20.10.24', 'consul://127.0.0.1:8500'],
      ] as const
    ).map(async ([engineBundle, store]) => {
      const engineOptions = [`cluster-store=${store}`, 'cluster-advertise=eth1:2376'];
      const made = lab.provider.create({ name: `x${engineBundle}`, engineBundle, engineOptions });
      return await made.then(
        () => 'a machine was created',
        (error: Error) => error.message,
      );
    }),
  );
  expect(words).toEqual([
    expect.stringContaining('unknown flag: --cluster-store'),
    expect.stringContaining('discovery service not supported'),
  ]);
});
