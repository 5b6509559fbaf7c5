import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { BUSYBOX, prepareBusyboxImage } from './busybox-image.ts';
import type { NetnsLab } from './netns-lab.ts';
import { test as base } from './netns-test.ts';

/** Unusual but valid host names. */
const NAMES = ['a', '0', 'UPPER.case', 'a-.-b', 'x'.repeat(63), 'tail-'];

const test = base.extend('machines', { scope: 'file' }, async ({ lab }) => {
  const images = [await prepareBusyboxImage()];
  return await allSettled(
    'create',
    NAMES.map((name) => lab.provider.create({ name, images })),
  );
});

describe('six machines that are created in parallel', () => {
  test('all run, each with its own address, MAC, hostname and engine', async ({
    lab,
    machines,
  }) => {
    expect(machines.map(({ state }) => state)).toEqual(NAMES.map(() => 'Running'));
    const infos = await Promise.all(
      machines.map(async (machine) => {
        using engine = connectEngine(machine);
        return await engine.info();
      }),
    );
    expect(infos.map(({ name }) => name)).toEqual(NAMES);
    for (const values of [
      machines.map(({ address }) => address),
      NAMES.map((name) => lab.provider.config(name).Driver.MACAddress),
      infos.map(({ id }) => id),
    ]) {
      expect(new Set(values).size).toBe(NAMES.length);
    }
    const reach = await lab.inside(
      'a',
      machines.map(({ address }) => `ping -n -c 1 -w 30 ${address}`).join(' && '),
    );
    expect(reach, reach.stdout).toMatchObject({ exitCode: 0 });
  });

  test('can be stopped and started in parallel', async ({ lab, machines }) => {
    const names = machines.map(({ name }) => name);
    await allSettled(
      'kill',
      names.map((name) => lab.provider.kill(name)),
    );
    expect((await lab.provider.list()).map(({ state }) => state)).toEqual(
      NAMES.map(() => 'Stopped'),
    );
    await allSettled(
      'start',
      names.map((name) => lab.provider.start(name)),
    );
    expect(await Promise.all(names.map((name) => lab.provider.inspect(name)))).toEqual(machines);
  });

  test('share the layers of an image, and one can remove its image without effect on the others', async ({
    lab,
    machines,
  }) => {
    const [first, second] = machines;
    if (first === undefined || second === undefined) throw new Error('too few layers');
    using one = connectEngine(first);
    using other = connectEngine(second);
    const container = await other.containers.run({
      image: BUSYBOX,
      command: ['sh', '-c', staysUp],
    });
    await one.images.remove(BUSYBOX);
    expect(await one.images.list()).toEqual([]);
    expect((await container.exec(['busybox', 'echo', 'still here'])).stdout).toBe('still here\n');
    await container.remove();
    const fresh = await other.containers.run({ image: BUSYBOX, command: ['sh', '-c', staysUp] });
    await fresh.remove();

    const images = [await prepareBusyboxImage()];
    const { name, address } = first;
    onTestFinished(async () => {
      const names = (await lab.provider.list()).map((machine) => machine.name);
      if (!names.includes(name)) await lab.provider.create({ name, address, images });
    });
    await lab.provider.remove([name]);
    using again = connectEngine(await lab.provider.create({ name, address, images }));
    const same = await again.containers.run({ image: BUSYBOX, command: ['sh', '-c', staysUp] });
    expect((await same.exec(['busybox', 'echo', 'from the cache'])).stdout).toBe(
      'from the cache\n',
    );
  });
});

describe('an invalid request is an error of one line, and nothing remains', () => {
  test('for a file that is not an image archive', async ({ lab, machines }) => {
    const file = join(lab.folder, 'no-image.tar');
    await writeFile(file, 'this is no archive\n');
    await refused(
      lab,
      machines.length,
      { images: [file] },
      /^image archive \S+no-image\.tar: load: .*. Give an archive that "docker save" wrote/,
    );
  });

  test('for an unknown engine bundle', async ({ lab, machines }) => {
    await refused(
      lab,
      machines.length,
      { engineBundle: '1.2.3' },
      /^unknown engine version "1\.2\.3"\. Valid versions: 20\.10\.5, /,
    );
  });

  test('for a folder without an engine', async ({ lab, machines }) => {
    await refused(
      lab,
      machines.length,
      { engineBundle: lab.folder },
      /^engine bundle \S+: dockerd not found/,
    );
  });

  test('for an engine that cannot run on this host', async ({ lab, machines }) => {
    const folder = join(lab.folder, 'bundle');
    await mkdir(folder, { recursive: true });
    for (const name of 'dockerd docker containerd containerd-shim-runc-v2 runc docker-init docker-proxy'.split(
      ' ',
    )) {
      await writeFile(join(folder, name), '#!/bin/sh\necho no such instruction >&2; exit 132\n');
      await chmod(join(folder, name), 0o755);
    }
    await refused(
      lab,
      machines.length,
      { engineBundle: folder },
      /no such instruction.*. Choose another version/,
    );
  });

  test('for an unknown engine option', async ({ lab, machines }) => {
    await refused(
      lab,
      machines.length,
      { engineOptions: ['sideways'] },
      /^machine never: start the engine: dockerd ended; last line of its log: ".*". Read its log/,
      /unknown flag: --sideways/,
    );
  });

  test('for limits that are too low for its engine', async ({ lab, machines }) => {
    await refused(lab, machines.length, { memory: 16 }, /^machine never: .*more than 16 MiB/);
  });
});

// A container's PID 1 ignores SIGTERM by default: without a trap, an engine waits 10 s.
const staysUp = 'trap "exit 0" TERM; while :; do busybox sleep 1 & wait; done';

async function refused(
  lab: NetnsLab,
  others: number,
  request: Partial<Parameters<NetnsLab['provider']['create']>[0]>,
  line: RegExp,
  evidence = /(?:)/,
): Promise<void> {
  const failure = await lab.provider.create({ name: 'never', ...request }).then(
    () => new Error('a machine was created'),
    (error: unknown) => error as Error,
  );
  expect(failure.message.split('\n')[0]).toMatch(line);
  expect(failure.message).toMatch(evidence);
  expect(lab.remains().filter((name) => name.includes('never'))).toEqual([]);
  expect(readdirSync(join(lab.folder, 'machines'))).toHaveLength(others);
}
