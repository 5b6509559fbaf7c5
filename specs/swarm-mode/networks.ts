import { describe } from 'vitest';
import { createOverlay, removeOverlay } from '../../helpers/cluster/overlay-network.ts';
import type { Engine } from '../../helpers/engine/engine.ts';
import { done, notYet, waitFor } from '../../helpers/process/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { expectReply, runOn, staysUp, waitForName } from './containers.ts';
import { expect, test } from './lab.ts';

export function describeNetworks(): void {
  describe('An attachable overlay network of a swarm', () => {
    test('is on a worker only while a container there uses it, and has the same id then', async ({
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

      // The worker need not know it to make a container for it.
      const spec = { name: 'user', network: 'my-net', image: BUSYBOX, command: staysUp };
      const container = await worker.containers.create(spec);
      onTestFinished(() => container.remove());
      expect(await idsOf(worker, 'my-net')).toEqual([]);
      await container.start();
      expect(await idsOf(worker, 'my-net')).toEqual([network.id]);

      await container.remove();
      await waitFor(
        'worker: my-net is gone with its last container',
        async () => {
          const ids = await idsOf(worker, 'my-net');
          return ids.length === 0 ? done(undefined) : notYet(ids.join(', '));
        },
        { limit: 30_000 },
      );
      expect(await idsOf(manager, 'my-net')).toEqual([network.id]);
    });

    test('plain containers on both hosts resolve each other by name and answer each other’s pings', async ({
      swarm: { manager, worker },
      onTestFinished,
    }) => {
      const { id } = await createOverlay(manager, {
        name: 'my-net',
        subnet: '10.0.9.0/24',
        attachable: true,
      });
      onTestFinished(() => removeOverlay(manager, id));
      const [here, there] = await Promise.all([
        runOn(manager, 'my-net', 'here'),
        runOn(worker, 'my-net', 'there'),
      ]);
      onTestFinished(async () => {
        await Promise.all([here.remove(), there.remove()]);
      });
      const [hereAt, thereAt] = await Promise.all([
        here.addressOn('my-net'),
        there.addressOn('my-net'),
      ]);
      await Promise.all([
        waitForName(here, 'there', [thereAt]),
        waitForName(there, 'here', [hereAt]),
      ]);
      await Promise.all([expectReply(here, 'there', thereAt), expectReply(there, 'here', hereAt)]);
    });
  });

  describe('What a swarm gives no network for is refused in one line', () => {
    test('a plain container on a network for services alone', async ({
      swarm: { manager, worker },
      onTestFinished,
    }) => {
      const { id } = await createOverlay(manager, { name: 'services' });
      onTestFinished(() => removeOverlay(manager, id));
      for (const engine of [manager, worker]) {
        await expect(runOn(engine, 'services', 'plain')).rejects.toThrow(
          /: network services is for services alone; create it with --attachable, or run the container as a service$/,
        );
      }
    });

    test('a container on a network that there is not', async ({ swarm: { worker } }) => {
      await expect(runOn(worker, 'nowhere', 'plain')).rejects.toThrow(
        /: the swarm gives no network nowhere \(.*not found\); create it on a manager, /,
      );
    });

    test('a network whose subnet overlaps with another one’s, which is taken back', async ({
      swarm: { manager },
      onTestFinished,
    }) => {
      const { id } = await createOverlay(manager, { name: 'my-net', subnet: '10.0.9.0/24' });
      onTestFinished(() => removeOverlay(manager, id));
      const overlapping = { name: 'overlapping', subnet: '10.0.9.128/25' };
      await expect(createOverlay(manager, overlapping, { limit: 1000 })).rejects.toThrow(
        /^manager: network overlapping has its subnet: not so after 1 s; .*choose another subnet/,
      );
      expect(await idsOf(manager, 'overlapping')).toEqual([]);
    });
  });
}

async function idsOf({ networks }: Engine, name: string): Promise<string[]> {
  const all = await networks.list();
  return all.filter((network) => network.name === name).map(({ id }) => id);
}
