import { join } from 'node:path';
import { execa } from 'execa';
import { describe } from 'vitest';
import {
  observeKernel,
  observeTablesAgain,
} from '../../helpers/check/observe/kernel/observe-kernel.ts';
import { whatWasSeen } from '../../helpers/check/observed.ts';
import { AgentChannel } from '../../helpers/check/probe/agent-channel.ts';
import { describeProbe } from '../../helpers/check/probe/describe-probe.ts';
import { openProbe } from '../../helpers/check/probe/probe.ts';
import { startProbe } from '../../helpers/check/probe/start-probe.ts';
import type { Engine } from '../../helpers/engine/engine.ts';
import { onActivity } from '../../helpers/process/activity.ts';
import { done, notYet, waitFor } from '../../helpers/process/wait-for.ts';
import { allSettled } from '../../helpers/process/harness-error.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { expect, type ProbeLab, test } from './lab.ts';

const CONTAINER = expect.stringMatching(/^overlay-e2e-probe-/);
const IMAGE = expect.stringMatching(/^overlay-e2e\/probe:/);

/** The names of all containers on an engine, and of all images but the specs' own. */
async function leftOn(engine: Engine): Promise<string[]> {
  const containers = await engine.containers.list();
  const images = await engine.images.list();
  return [...containers.map(({ name }) => name), ...images.flatMap(({ tags }) => tags)].filter(
    (name) => !name.includes('busybox'),
  );
}

/** Does it with both engines that are in no cluster, side by side. */
async function onEachAlone(
  { alone }: ProbeLab,
  run: (engine: Engine) => Promise<void>,
): Promise<void> {
  for (const [version, engine] of Object.entries(alone)) {
    expect((await engine.version()).version).toContain(version);
  }
  await allSettled('both engines', Object.values(alone).map(run));
}

/** An engine removes a container by itself a moment after it has ended. */
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

describe('A probe', () => {
  test('sees the host’s own network, that of a container and that of an overlay, each as it is', async ({
    lab: { manager, worker, networkId, left, right },
    probes,
  }) => {
    const addresses = ['ip', '-brief', 'address'] as const;
    const [host, container, overlay] = await Promise.all([
      probes.left.run('host', addresses),
      probes.left.run({ pid: left.pid }, addresses),
      probes.left.run({ overlay: networkId }, ['bridge', 'fdb', 'show', 'dev', 'vxlan0']),
    ]);
    expect(host.stdout).toContain(`${manager.machine.address}/24`);
    expect(host.stdout).not.toContain(`${left.address}/24`);
    expect(container.stdout).toContain(`${left.address}/24`);
    expect(container.stdout).not.toContain(manager.machine.address);
    expect(overlay.stdout).toContain(`${right.mac} dst ${worker.machine.address}`);
  });

  test('reads files of the host, and of a container by its process; of one that is not there it says so', async ({
    lab: { left },
    probes,
  }) => {
    const resolver = `/proc/${left.pid}/root/etc/resolv.conf`;
    const forwarding = '/proc/sys/net/ipv4/ip_forward';
    expect(await probes.left.read(['/etc/hostname', resolver, '/nope', forwarding])).toEqual([
      { path: '/etc/hostname', text: 'manager\n', cut: false },
      { path: resolver, text: expect.stringContaining('nameserver 127.0.0.11'), cut: false },
      { path: '/nope', error: 'No such file or directory' },
      { path: forwarding, text: '1\n', cut: false },
    ]);
  });

  test('tells what the kernel has of overlays, of the host and of its containers', async ({
    lab: { manager, worker, networkId, left, right },
    probes,
  }) => {
    const [info, networks, container] = await Promise.all([
      manager.info(),
      manager.networks.list(),
      left.container.inspect(),
    ]);
    const { address } = manager.machine;
    const engine = { info, networks, containers: [container] };
    const observed = await observeKernel({ probe: probes.left, address, engine });
    const kernel = whatWasSeen(observed);
    const overlay = kernel?.overlays.find(({ idPrefix }) => networkId.startsWith(idPrefix));
    expect(overlay?.neighbours).toContainEqual({
      address: right.address,
      device: 'vxlan0',
      mac: right.mac,
      state: 'PERMANENT',
    });
    expect(overlay?.vxlans).toMatchObject([{ name: 'vxlan0', kind: 'vxlan', port: 4789 }]);
    expect(overlay?.vxlans[0]?.forwarding).toContainEqual({
      mac: right.mac,
      destination: worker.machine.address,
      isPermanent: true,
    });
    expect(kernel).toMatchObject({ carrier: 'eth1', unreadContainers: [] });
    const again = await observeTablesAgain(observed, { probe: probes.left, signal: undefined });
    const neighboursOf = (tables = kernel?.overlays) => tables?.map(({ neighbours }) => neighbours);
    expect(neighboursOf(whatWasSeen(again)?.later)).toEqual(neighboursOf());
    // Docker’s own rules are not in the way of overlays.
    expect(kernel?.firewall).toEqual({ seen: [] });
    expect(kernel?.offload).toHaveProperty(['seen', 'tx-checksumming']);
    expect(kernel?.containers).toMatchObject([
      { containerId: container.id, nameServers: ['127.0.0.11'] },
    ]);
    expect(kernel?.containers[0]?.links).toContainEqual(
      expect.objectContaining({ name: 'eth0', addresses: [`${left.address}/24`] }),
    );
  });

  test('fails in one line where it cannot be done, whatever else it is asked meanwhile', async ({
    probes: { left },
  }) => {
    const refused = Promise.all([
      expect(left.run({ overlay: 'f'.repeat(25) }, ['ip', 'link'])).rejects.toThrow(
        /^manager: probe: run overlay:f{25} 10000 ip link: the engine has no namespace of the overlay network f{25}$/,
      ),
      expect(left.run('host', ['cat', '/etc/shadow'])).rejects.toThrow(
        /: cat: No such file or directory$/,
      ),
      expect(left.list('/nope')).rejects.toThrow(/: \/nope: No such file or directory$/),
      expect(left.run('host', ['perl', '-e', 'sleep 60'], { limit: 100 })).rejects.toThrow(
        /: not done after 0.1 s$/,
      ),
    ]);
    const runs = Array.from({ length: 20 }, (_, index) =>
      left.run('host', ['perl', '-e', `print "${index} ü"; exit ${index}`]),
    );
    expect(await Promise.all(runs)).toEqual(
      runs.map((_, index) => ({ exitCode: index, stdout: `${index} ü`, stderr: '' })),
    );
    await refused;
  });
});

describe('Docker’s own name server', () => {
  const server = '127.0.0.11';

  test('answers in a container’s namespace with the address of a container on the other host', async ({
    lab: { left, right },
    probes,
  }) => {
    expect(await probes.left.resolve({ pid: left.pid }, server, 'right')).toEqual({
      code: 'NOERROR',
      addresses: [right.address],
    });
    expect(await probes.right.resolve({ pid: right.pid }, server, 'left')).toEqual({
      code: 'NOERROR',
      addresses: [left.address],
    });
  });

  test('is not on the host itself, which is told at once and not by a limit that passes', async ({
    probes: { left },
  }) => {
    expect(await left.resolve('host', server, 'right')).toEqual({ error: 'ECONNREFUSED' });
  });
});

describe('An exchange', () => {
  test('with an engine’s port is a connection; with one where nobody listens it is refused', async ({
    lab: { worker },
    probes: { left },
  }) => {
    const { address } = worker.machine;
    const request = Buffer.from('GET / HTTP/1.0\r\n\r\n');
    const [engine, nobody] = await Promise.all([
      left.exchange('host', { protocol: 'tcp', address, port: 2376 }, request),
      left.exchange('host', { protocol: 'tcp', address, port: 9 }, request),
    ]);
    expect(engine).toMatchObject({ connected: true, error: undefined });
    expect(engine.answer.toString()).toContain('Client sent an HTTP request to an HTTPS server');
    expect(nobody).toMatchObject({ connected: false, error: 'ECONNREFUSED' });
  });
});

describe('On engines 20.10.5 and 26.1.5', () => {
  test('nothing is left of two checks’ probes: the image stays until the last one ends', async ({
    lab,
  }) => {
    await onEachAlone(lab, async (engine) => {
      const [one, other] = await Promise.all([startProbe(engine), startProbe(engine)]);
      expect(await leftOn(engine)).toEqual([CONTAINER, CONTAINER, IMAGE]);
      await one[Symbol.asyncDispose]();
      expect(await leftOn(engine)).toEqual([CONTAINER, IMAGE]);
      expect(await other.list('/run/docker')).toContain('netns');
      await other[Symbol.asyncDispose]();
      expect(await leftOn(engine)).toEqual([]);
    });
  });

  test('the probe of a check that is killed is gone at once, and its image with the next one', async ({
    lab,
  }) => {
    await onEachAlone(lab, async (engine) => {
      const program = join(import.meta.dirname, 'hold-probe.ts');
      const words = [program, lab.folder, engine.machine.name];
      const check = execa(process.execPath, words, { reject: false });
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

  test('an image that its owner keeps is used, and stays', async ({ lab }) => {
    await onEachAlone(lab, async (engine) => {
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
      await engine.images.remove(kept);
    });
  });
});

test('A container that a killed check has not started is removed once no check can be about to start it', async ({
  lab: { alone },
}) => {
  const engine = alone['26.1.5'];
  const labels = { 'org.overlay-e2e.probe': 'container' };
  await engine.containers.create({ name: 'forgotten', image: BUSYBOX, labels });
  const others = await engine.containers.create({ name: 'somebody-else-s', image: BUSYBOX });
  const probe = await startProbe(engine);
  await probe[Symbol.asyncDispose]();
  expect(await leftOn(engine)).toEqual(['somebody-else-s', 'forgotten']);
  await engine.containers.prune('org.overlay-e2e.probe', 0);
  expect(await leftOn(engine)).toEqual(['somebody-else-s']);
  await others.remove();
});

describe('A probe ends', () => {
  test('by itself when its time is over, which who still asks is told', async ({
    lab: { alone },
  }) => {
    const engine = alone['26.1.5'];
    await using probe = await startProbe(engine, { lifetime: 1 });
    await waitUntilGone(engine);
    await expect(probe.list('/')).rejects.toThrow(
      /^today: probe: list \/: it ended, or the connection to its engine broke$/,
    );
  });

  test('when its check is given up while it starts, and leaves nothing', async ({
    lab: { alone },
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
      await expect(startProbe(engine, { signal: giveUp.signal })).rejects.toBe(reason);
      stop();
      expect(await leftOn(engine), title).toEqual([]);
    }
  });
});

test('A probe that an engine starts in a wrong network goes to the host’s; one that may not says so and ends', async ({
  lab: { alone },
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

test('A probe without privileges has the host’s network, and no way into another namespace', async ({
  lab: { alone },
}) => {
  const engine = alone['26.1.5'];
  await using probe = await startProbe(engine, { privileged: false });
  const { stdout } = await probe.run('host', ['ip', '-brief', 'address']);
  expect(stdout).toContain(`${engine.machine.address}/24`);
  await expect(probe.run({ pid: 1 }, ['ip', 'link'])).rejects.toThrow(
    /: enter namespace pid:1: Operation not permitted$/,
  );
});
