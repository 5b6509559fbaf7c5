import { describe } from 'vitest';
import { createOverlay, removeOverlay } from '../../helpers/cluster/overlay-network.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import { onActivity } from '../../helpers/process/activity.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { expectReply, runOn, staysUp, waitForName } from './containers.ts';
import { auditSwarm } from './lab.ts';
import { expect, test } from './swarm-test.ts';
import { useNetwork } from './network-of-test.ts';

export function describeNetworks(): void {
  describe('an attachable overlay network of a swarm', () => {
    test('exists on a worker only while a container there uses it, always with the same ID', async ({
      swarm: { manager, worker },
      onTestFinished,
    }) => {
      const network = await createOverlay(manager, {
        name: 'my-net',
        subnet: '10.0.9.0/24',
        attachable: true,
      });
      onTestFinished(() => removeOverlay(manager, network.id));
      expect(network).toMatchObject({
        name: 'my-net',
        driver: 'overlay',
        scope: 'swarm',
        attachable: true,
        subnets: ['10.0.9.0/24'],
      });
      expect(await idsOf(manager, 'my-net')).toEqual([network.id]);
      expect(await idsOf(worker, 'my-net')).toEqual([]);

      // The worker does not need to know it to create a container for it.
      const spec = { name: 'user', network: 'my-net', image: BUSYBOX, command: staysUp };
      const container = await worker.containers.create(spec);
      onTestFinished(() => container.remove());
      expect(await idsOf(worker, 'my-net')).toEqual([]);
      await container.start();
      expect(await idsOf(worker, 'my-net')).toEqual([network.id]);

      await container.remove();
      await waitFor(
        'worker: my-net is removed with its last container',
        async () => {
          const ids = await idsOf(worker, 'my-net');
          return ids.length === 0 ? done(undefined) : notYet(ids.join(', '));
        },
        { limit: 30_000 },
      );
      expect(await idsOf(manager, 'my-net')).toEqual([network.id]);
    });

    test('has no finding for a container whose names resolve again before a check ends', async ({
      swarm,
      onTestFinished,
    }) => {
      const net = await useNetwork(swarm, onTestFinished, 'late-net');
      const [early, late] = [
        await net.run(swarm.manager, 'early'),
        await net.run(swarm.worker, 'late'),
      ];
      await waitForName(late, 'early', [await early.addressOn(net.name)]);
      await waitForName(early, 'late', [await late.addressOn(net.name)]);
      const run = async (script: string) => {
        const { exitCode, stderr } = await late.exec(['sh', '-c', script]);
        expect(exitCode, stderr).toBe(0);
      };
      await run('cp /etc/resolv.conf /kept; echo nameserver 127.0.0.1 >/etc/resolv.conf');
      expect((await auditSwarm('swarm', swarm)).diagnoses).toMatchObject([
        { code: 'name-unresolved', where: { host: 'worker', container: 'late' } },
      ]);
      let restored: Promise<void> | undefined;
      const stop = onActivity({
        end: ({ title }) => {
          if (title === 'names') restored = run('cat /kept >/etc/resolv.conf');
        },
      });
      onTestFinished(stop);
      const report = await auditSwarm('swarm', swarm);
      stop();
      await restored;
      expect(restored).toBeDefined();
      expect(report.diagnoses).toEqual([]);
    });

    test('connects containers on both hosts, which resolve and ping each other by name', async ({
      swarm,
      onTestFinished,
    }) => {
      const net = await useNetwork(swarm, onTestFinished, 'plain-net');
      const [here, there] = await Promise.all([
        net.run(swarm.manager, 'here'),
        net.run(swarm.worker, 'there'),
      ]);
      const [hereAt, thereAt] = await Promise.all([
        here.addressOn(net.name),
        there.addressOn(net.name),
      ]);
      await Promise.all([
        waitForName(here, 'there', [thereAt]),
        waitForName(there, 'here', [hereAt]),
      ]);
      await Promise.all([expectReply(here, 'there', thereAt), expectReply(there, 'here', hereAt)]);
    });

    test('is isolated from a second one: names resolve within each network, and no packet passes', async ({
      swarm: { manager, worker },
      swarm,
      onTestFinished,
    }) => {
      const [red, blue] = await Promise.all(
        ['red-net', 'blue-net'].map((name) => useNetwork(swarm, onTestFinished, name)),
      );
      if (red === undefined || blue === undefined) throw new Error('two networks expected');
      // One network after the other: an engine that joins two at the same moment waits for both for an answer of the
      // same peer, but libnetwork stores only one wait for each node (networkdb: `bulkSyncAckTbl`). The lost wait takes
      // 30 s, and its container fails after 20 s. The agent never leaves its swarm, because it still has to report the
      // failure.
      const [redTwin, redProbe] = await Promise.all([
        red.run(manager, 'twin'),
        red.run(worker, 'red-probe'),
      ]);
      const [blueTwin, blueProbe] = await Promise.all([
        blue.run(worker, 'twin'),
        blue.run(manager, 'blue-probe'),
      ]);
      const redAt = await redTwin.addressOn('red-net');
      const blueAt = await blueTwin.addressOn('blue-net');
      await waitForName(redProbe, 'twin', [redAt]);
      await waitForName(blueProbe, 'twin', [blueAt]);
      await Promise.all([
        expectReply(redProbe, 'twin', redAt),
        expectReply(blueProbe, 'twin', blueAt),
      ]);
      const [redToBlue, blueToRed] = await Promise.all([
        ping(redProbe, blueAt, { count: 1, wait: 1 }),
        ping(blueProbe, redAt, { count: 1, wait: 1 }),
      ]);
      expect(redToBlue.received, redToBlue.transcript).toBe(0);
      expect(blueToRed.received, blueToRed.transcript).toBe(0);
    });
  });

  describe('a request without a network in a swarm is rejected in one line', () => {
    test('a container on a network for services only', async ({
      swarm: { manager, worker },
      onTestFinished,
    }) => {
      const { id } = await createOverlay(manager, { name: 'services' });
      onTestFinished(() => removeOverlay(manager, id));
      for (const engine of [manager, worker]) {
        await expect(runOn(engine, 'services', 'plain')).rejects.toThrow(
          /: network services is only for services\. Create the network with --attachable, or run the container as a service\.$/,
        );
      }
    });

    test('a container on an unknown network', async ({ swarm: { worker } }) => {
      await expect(runOn(worker, 'nowhere', 'plain')).rejects.toThrow(
        /: the swarm does not provide network nowhere \(.*not found\)\. Create the network on a manager, /,
      );
    });

    test('a network whose subnet overlaps another one, which is removed again', async ({
      swarm: { manager },
      onTestFinished,
    }) => {
      const { id } = await createOverlay(manager, { name: 'my-net', subnet: '10.0.9.0/24' });
      onTestFinished(() => removeOverlay(manager, id));
      const overlapping = { name: 'overlapping', subnet: '10.0.9.128/25' };
      await expect(createOverlay(manager, overlapping, { limit: 500 })).rejects.toThrow(
        /^manager: network overlapping has its subnet: timed out after 0.5 s.*Choose another subnet/,
      );
      expect(await idsOf(manager, 'overlapping')).toEqual([]);
    });
  });
}

async function idsOf({ networks }: Engine, name: string): Promise<string[]> {
  const all = await networks.list();
  return all.filter((network) => network.name === name).map(({ id }) => id);
}
