import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect, onTestFinished } from 'vitest';
import { connectEngine, type Engine } from '../../helpers/docker/engine.ts';
import { tryWithoutCertificate } from '../machine/try-without-certificate.ts';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { imageStoreKey, seedImages } from '../../helpers/netns/images/image-store.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { BUSYBOX, prepareBusyboxImage } from '../machine/busybox-image.ts';
import { openNetnsLab } from '../machine/netns-lab.ts';

/** Each version with the version that unpacks its image, which is always another one. */
const UNPACKERS = new Map([
  ['20.10.5', '26.1.5'],
  ['20.10.24', '26.1.5'],
  ['26.1.5', '20.10.5'],
]);
const VERSIONS = [...UNPACKERS.keys()];

// A container's PID 1 ignores SIGTERM by default: without a trap, an engine waits 10 s.
const staysUp = 'trap "exit 0" TERM; while :; do busybox sleep 1 & wait; done';

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('lab', { scope: 'file' }, async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'versions-'));
    const lab = await openNetnsLab(folder);
    const archiveBy = (version: string) => join(folder, `by-${version}.tar`);
    const unpackers = [...new Set(UNPACKERS.values())];
    onCleanup(async () => {
      await lab[Symbol.asyncDispose]();
      for (const version of unpackers) {
        const unpacked = join(cacheFolder(), await imageStoreKey(archiveBy(version)));
        await rm(unpacked, { recursive: true, force: true });
      }
      await rm(folder, { recursive: true });
    });
    const busybox = await prepareBusyboxImage();
    await allSettled(
      'unpack',
      unpackers.map(async (version) => {
        // A copy is another archive, which the cache does not contain yet.
        await copyFile(busybox, archiveBy(version));
        const engine = await prepareEngineBundle(version);
        await seedImages([archiveBy(version)], join(folder, version), engine);
      }),
    );
    await allSettled(
      'create',
      [...UNPACKERS].map(([version, unpacker]) =>
        lab.provider.create({
          name: nameOf(version),
          engineBundle: version,
          images: [archiveBy(unpacker)],
        }),
      ),
    );
    return lab;
  });

describe.for(VERSIONS)('engine %s', (version) => {
  const name = nameOf(version);

  test('is the engine of its machine, next to others in the same state directory', async ({
    lab,
  }) => {
    using engine = connectEngine(await lab.provider.inspect(name));
    expect(await versionOf(engine)).toBe(version);
    const { stdout } = await lab.inside(name, 'docker version -f "{{.Client.Version}}"');
    expect(upstream(stdout.trim()), 'the client of the bundle').toBe(version);
  });

  test('accepts clients with its machine’s certificates, and no others', async ({ lab }) => {
    const machine = await lab.provider.inspect(name);
    using engine = connectEngine(machine);
    expect(await engine.info()).toMatchObject({ name });
    expect(await tryWithoutCertificate(machine)).toMatchObject({ refused: true });
  });

  test(`runs an image that ${UNPACKERS.get(version)} unpacked, also after a stop and a start`, async ({
    lab,
  }) => {
    const machine = await lab.provider.inspect(name);
    const engine = connectEngine(machine);
    // Runs after the other clean-up, which needs the connection.
    onTestFinished(() => engine.close());
    const container = await engine.containers.run({
      image: BUSYBOX,
      name: 'witness',
      command: ['sh', '-c', staysUp],
    });
    onTestFinished(() => container.remove());
    // Copied from the layer's files to the container's own layer.
    const wrote = await container.exec(['sh', '-c', 'busybox md5sum /bin/busybox >/written']);
    expect(wrote, wrote.stderr).toMatchObject({ exitCode: 0 });

    onTestFinished(() => lab.provider.start(name));
    await lab.provider.stop(name);
    await lab.provider.start(name);

    expect(await versionOf(engine)).toBe(version);
    expect(await engine.images.has(BUSYBOX)).toBe(true);
    const again = await engine.containers.find('witness');
    await again.start();
    const { stdout } = await again.exec(['sh', '-c', 'busybox md5sum -c /written']);
    expect(stdout).toBe('/bin/busybox: OK\n');
  });
});

async function versionOf(engine: Engine): Promise<string> {
  return upstream((await engine.version()).version);
}

/** Returns the version without Debian's suffix: `20.10.5+dfsg1` → `20.10.5`. */
function upstream(version: string): string {
  return version.replace(/\+dfsg\d+$/, '');
}

function nameOf(version: string): string {
  return `engine-${version}`;
}
