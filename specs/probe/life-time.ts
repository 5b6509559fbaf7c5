import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe } from 'vitest';
import { AgentChannel } from '../../helpers/check/probe/agent-channel.ts';
import { describeProbe } from '../../helpers/check/probe/start/describe-probe.ts';
import { openProbe } from '../../helpers/check/probe/probe.ts';
import { startProbe } from '../../helpers/check/probe/start/start-probe.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { onActivity } from '../../helpers/process/activity.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { type Alone, expect, test } from './lab.ts';

const CONTAINER = expect.stringMatching(/^overlay-e2e-probe-/);
const IMAGE = expect.stringMatching(/^overlay-e2e\/probe:/);

export function describeLifeTime(): void {
  describe('On engines 20.10.5 and 26.1.5', () => {
    test('the last of two probes removes the image', async ({ alone }) => {
      await onEachAlone(alone, async (engine) => {
        const [one, other] = await Promise.all([startProbe(engine), startProbe(engine)]);
        expect(await leftOn(engine)).toEqual([CONTAINER, CONTAINER, IMAGE]);
        await one[Symbol.asyncDispose]();
        expect(await leftOn(engine)).toEqual([CONTAINER, IMAGE]);
        expect(await other.list('/run/docker')).toContain('netns');
        await other[Symbol.asyncDispose]();
        expect(await leftOn(engine)).toEqual([]);
      });
    });

    test('a killed check’s probe ends immediately, and the next one removes its image', async ({
      lab,
      alone,
      onTestFinished,
    }) => {
      await onEachAlone(alone, async (engine) => {
        const program = join(import.meta.dirname, 'hold-probe.ts');
        const words = [program, lab.folder, engine.machine.name];
        const check = execa(process.execPath, words, { reject: false });
        onTestFinished(async () => {
          check.kill('SIGKILL');
          await check;
        });
        for await (const line of check.iterable()) {
          expect(line).toBe(`a probe on ${engine.machine.name}`);
          expect(await leftOn(engine)).toEqual([CONTAINER, IMAGE]);
          check.kill('SIGKILL');
        }
        expect((await check).signal).toBe('SIGKILL');
        await waitUntilGone(engine);
        expect(await leftOn(engine)).toEqual([IMAGE]);
        const next = await startProbe(engine);
        await next[Symbol.asyncDispose]();
        expect(await leftOn(engine)).toEqual([]);
      });
    });

    test('an untagged image of a probe, which an interrupted load left, is removed', async ({
      alone,
      onTestFinished,
    }) => {
      const folder = mkdtempSync(join(tmpdir(), 'untagged-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      await onEachAlone(alone, async (engine) => {
        const tar = join(folder, `${engine.machine.name}.tar`);
        for (const changes of [['LABEL org.overlay-e2e.probe=image'], []]) {
          writeFileSync(join(folder, engine.machine.name), changes.join());
          await execa('tar', ['-C', folder, '-cf', tar, engine.machine.name]);
          // The second import takes the name of the first image, which stays without a name.
          await engine.images.import(tar, 'busybox-like:1', { changes });
        }
        expect(await leftOn(engine)).toEqual(['<none>']);
        const probe = await startProbe(engine);
        await probe[Symbol.asyncDispose]();
        expect(await leftOn(engine)).toEqual([]);
        await engine.images.remove('busybox-like:1');
      });
    });

    test('an image that its owner loaded is used, and stays', async ({ alone }) => {
      await onEachAlone(alone, async (engine) => {
        const first = await startProbe(engine);
        const image = (await engine.containers.list())[0]?.image ?? '';
        const kept = image.replace('overlay-e2e/probe:', 'overlay-e2e/probe-kept:');
        await engine.images.tag(image, kept);
        await first[Symbol.asyncDispose]();
        expect(await leftOn(engine)).toEqual([kept]);
        const second = await startProbe(engine);
        expect((await engine.containers.list()).map((one) => one.image)).toEqual([kept]);
        await second[Symbol.asyncDispose]();
        expect(await leftOn(engine)).toEqual([kept]);
      });
    });
  });

  test('The container of a killed check is removed once no check can still start it', async ({
    alone,
  }) => {
    const engine = alone['26.1.5'];
    const labels = { 'org.overlay-e2e.probe': 'container' };
    await engine.containers.create({ name: 'forgotten', image: BUSYBOX, labels });
    const made = Date.now();
    await engine.containers.create({ name: 'unrelated', image: BUSYBOX });
    const probe = await startProbe(engine);
    await probe[Symbol.asyncDispose]();
    expect(await leftOn(engine)).toEqual(['unrelated', 'forgotten']);
    await waitForNextSecond(made);
    await engine.containers.prune('org.overlay-e2e.probe', 0);
    expect(await leftOn(engine)).toEqual(['unrelated']);
  });

  test('A container whose program is missing fails with the reason and is removed', async ({
    alone,
  }) => {
    await onEachAlone(alone, async (engine) => {
      const spec = { name: 'without-program', image: BUSYBOX, entrypoint: ['no-such-program'] };
      await expect(engine.containers.runAttached(spec)).rejects.toThrow(
        /: docker run -i --rm without-program: its program is not in the image /,
      );
      await waitUntilGone(engine);
    });
  });

  describe('A probe ends', () => {
    test('by itself after its life time, and later commands report that', async ({ alone }) => {
      const engine = alone['26.1.5'];
      await using probe = await startProbe(engine, { lifetime: 2 });
      await waitUntilGone(engine);
      await expect(probe.list('/')).rejects.toThrow(
        /^today: probe: list \/: the probe ended, or the connection to its engine broke$/,
      );
    });

    test('when its check is aborted during the start, and leaves nothing', async ({
      alone,
      onTestFinished,
    }) => {
      const engine = alone['26.1.5'];
      const reason = new Error('given up');
      for (const title of ['docker load', 'docker run']) {
        const giveUp = new AbortController();
        const stop = onActivity({
          start: (activity) => {
            if (activity.title.includes(title)) giveUp.abort(reason);
          },
        });
        onTestFinished(stop);
        await expect(startProbe(engine, { signal: giveUp.signal })).rejects.toBe(reason);
        stop();
        expect(await leftOn(engine), title).toEqual([]);
      }
    });
  });

  test('A probe in a wrong network enters the host’s, or reports it without privileges', async ({
    alone,
  }) => {
    const engine = alone['20.10.5'];
    await using _bringsImage = await startProbe(engine);
    const image = (await engine.containers.list())[0]?.image ?? '';
    const startAstray = async (privileged: boolean) => {
      const name = `astray-${privileged}`;
      const described = describeProbe({ name, image, run: 'spec', privileged, lifetime: 60 });
      return await engine.containers.runAttached({ ...described, network: 'none' });
    };
    const privileged = await startAstray(true);
    const probe = openProbe('old', new AgentChannel('old: probe', privileged), () =>
      privileged.end(),
    );
    const { stdout } = await probe.run('host', ['ip', '-brief', 'address']);
    expect(stdout).toContain(`${engine.machine.address}/24`);
    await probe[Symbol.asyncDispose]();
    const other = new AgentChannel('old: probe', await startAstray(false));
    await expect(other.ready({ limit: 60_000 })).rejects.toThrow(
      "\nthe engine has started it in a network without any interface: it is not the host's",
    );
  });

  test('A probe without privileges has the host’s network and enters no other namespace', async ({
    alone,
  }) => {
    const engine = alone['26.1.5'];
    await using probe = await startProbe(engine, { privileged: false });
    const { stdout } = await probe.run('host', ['ip', '-brief', 'address']);
    expect(stdout).toContain(`${engine.machine.address}/24`);
    await probe.packets.capture(4789, ['host']);
    const [listener] = await probe.packets.listen(['host']);
    expect(listener).toMatchObject({
      links: expect.arrayContaining([{ name: 'eth1', address: engine.machine.address, mtu: 1500 }]),
    });
    await expect(probe.run({ pid: 1 }, ['ip', 'link'])).rejects.toThrow(
      /: enter namespace pid:1: Operation not permitted$/,
    );
  });
}

/** Returns the names of all containers on an engine, and of all images except those of the specs. */
async function leftOn(engine: Engine): Promise<string[]> {
  const containers = await engine.containers.list();
  const images = await engine.images.list();
  const tags = images.flatMap((one) => (one.tags.length === 0 ? ['<none>'] : one.tags));
  return [...containers.map(({ name }) => name), ...tags].filter(
    (name) => !name.includes('busybox'),
  );
}

/** Runs a function with both engines outside of the cluster, in parallel. */
async function onEachAlone(alone: Alone, run: (engine: Engine) => Promise<void>): Promise<void> {
  for (const [version, engine] of Object.entries(alone)) {
    expect((await engine.version()).version).toContain(version);
  }
  await allSettled('both engines', Object.values(alone).map(run));
}

/**
 * Waits for the next second of the clock, which all machines share. An engine rounds `until` of a prune to whole
 * seconds, and keeps containers that were created in the current one.
 */
async function waitForNextSecond(moment: number): Promise<void> {
  const next = (Math.floor(moment / 1000) + 1) * 1000;
  await waitFor(
    'the next second of the clock',
    async () => (Date.now() >= next ? done(undefined) : notYet(`${next - Date.now()} ms more`)),
    { limit: 60_000 },
  );
}

/** Waits until the engine has removed all containers. It removes a finished container a moment later. */
async function waitUntilGone(engine: Engine): Promise<void> {
  await waitFor(
    `${engine.machine.name}: no container of a probe`,
    async () => {
      const names = (await engine.containers.list({ quiet: true })).map(({ name }) => name);
      return names.length === 0 ? done(undefined) : notYet(names.join(', '));
    },
    { limit: 60_000 },
  );
}
