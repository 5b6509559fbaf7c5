import { expect, test } from 'vitest';
import { refuseBundle } from '../../helpers/cluster/require-engines.ts';
import { askAbilities, engineAbilities } from '../../helpers/debian/engines/engine-capabilities.ts';
import {
  ENGINE_VERSIONS,
  prepareEngineBundle,
} from '../../helpers/debian/engines/engine-bundle.ts';
import { openNetnsLab } from '../machine/netns-lab.ts';

test.for(ENGINE_VERSIONS)(
  'the dockerd of %s says of itself what is known of it before it is there',
  async (version) => {
    const asked = await askAbilities(await prepareEngineBundle(version));
    expect(asked).toEqual(await engineAbilities(version));
  },
);

test('a dockerd in a folder of one’s own is judged by what it is, not by its version', async () => {
  const { folder } = await prepareEngineBundle('20.10.24');
  expect((await refuseBundle('consul', folder))?.observed).toBe(
    `engine 20.10.24 has no consul:// (this build, ${folder})`,
  );
  expect(await refuseBundle('etcd', folder)).toBeUndefined();
});

test('what is refused before anything starts, dockerd refuses too', async () => {
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
        () => 'it was made',
        (error: Error) => error.message,
      );
    }),
  );
  expect(words).toEqual([
    expect.stringContaining('unknown flag: --cluster-store'),
    expect.stringContaining('discovery service not supported'),
  ]);
});
