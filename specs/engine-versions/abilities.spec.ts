import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { refuseBundle } from '../../helpers/cluster/require-engines.ts';
import { askAbilities, engineAbilities } from '../../helpers/debian/engines/engine-capabilities.ts';
import {
  changesVersion,
  ENGINE_VERSIONS,
  isBundleCached,
  prepareEngineBundle,
  requireRuntime,
} from '../../helpers/debian/engines/engine-bundle.ts';
import { openNetnsLab } from '../machine/netns-lab.ts';
import { NEXT_ENGINE, whyUnavailable } from './why-unavailable.ts';

test.for(ENGINE_VERSIONS)(
  'the dockerd of %s has the abilities that are known before its download',
  async (version, { skip }) => {
    skip(changesVersion(version) && !isBundleCached(version), `${version} is not in the cache`);
    const bundle = await prepareEngineBundle(version);
    const known = await engineAbilities(version);
    expect(await askAbilities(bundle)).toEqual({ ...known, version: bundle.version });
  },
);

test('the abilities of a dockerd in a custom folder depend on the program, not on its version', async () => {
  const { folder } = await prepareEngineBundle('20.10.24');
  expect((await refuseBundle('consul', folder))?.observed).toBe(
    `engine 20.10.24 has no consul:// (this build, ${folder})`,
  );
  expect(await refuseBundle('etcd', folder)).toBeUndefined();
});

test('an engine of a suite that no mirror has is unavailable, with the reason', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'cache-'));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(empty, { recursive: true });
  });
  vi.stubEnv('XDG_CACHE_HOME', empty);
  vi.stubEnv('E2E_DEBIAN_MIRROR', 'http://127.0.0.1:9/debian');
  expect((await whyUnavailable(NEXT_ENGINE))?.observed).toMatch(
    /^engine forky is not available: .*127\.0\.0\.1:9/,
  );
  // Unlike a version, which a test requires.
  expect(await whyUnavailable('20.10.5')).toBeUndefined();
});

test('an engine whose runc needs a newer C library is unavailable, with the reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  onTestFinished(async () => {
    await rm(folder, { recursive: true });
  });
  // The words of the dynamic linker.
  const words = "runc: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_9.99' not found";
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await writeFile(
    join(folder, 'usr/bin/runc'),
    `#!/bin/sh\necho "${words.replace('`', '\\`')}" >&2\nexit 1\n`,
    {
      mode: 0o755,
    },
  );
  const unavailable = await whyUnavailable(NEXT_ENGINE, async () => await requireRuntime(folder));
  expect(unavailable?.observed).toBe(`engine forky is not available: ${words}`);
  await expect(requireRuntime(folder)).rejects.toMatchObject({ code: 'engine-unsuitable' });
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
