import { describe } from 'vitest';
import { waitForTasks } from './swarm-tasks.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { fetchText } from '../seed/fetch-text.ts';
import { answersHttp, expectReply, staysUp, waitForName, waitForPort } from './containers.ts';
import { expect, test } from './swarm-test.ts';
import { addressesOn, containerOf, useNetwork } from './network-of-test.ts';

const base = { image: BUSYBOX, command: staysUp, endpointMode: 'dnsrr', restartDelay: 0 } as const;
const onBoth = { manager: 1, worker: 1 };

export function describeServices(): void {
  describe('a service whose name resolves to its containers (dnsrr)', () => {
    test('runs on both hosts under both its names; a drained node loses its containers and addresses', async ({
      swarm,
      onTestFinished,
    }) => {
      const { manager, worker } = swarm;
      const net = await useNetwork(swarm, onTestFinished, 'web-net');
      const node = (await worker.info()).swarmNode?.id ?? '';
      onTestFinished(() => manager.nodes.update(node, { availability: 'active' }));
      const [tasks, everywhere] = await Promise.all([
        net.serve({ ...base, name: 'web', replicas: 2 }, onBoth),
        net.serve({ ...base, name: 'everywhere', replicas: 'global' }, onBoth),
      ]);
      const addresses = addressesOn(net, tasks);
      expect(new Set(addresses).size).toBe(2);
      const containers = await Promise.all(tasks.map((task) => containerOf(swarm, task)));
      for (const container of containers) {
        await waitForName(container, 'web', addresses);
        await waitForName(container, 'tasks.web', addresses);
        await waitForName(container, 'everywhere', addressesOn(net, everywhere));
      }
      await Promise.all(
        containers.flatMap((from) => addresses.map((to) => expectReply(from, to, to))),
      );

      await manager.nodes.update(node, { availability: 'drain' });
      const [moved, left] = await Promise.all([
        waitForTasks(manager, 'web', { manager: 2 }),
        waitForTasks(manager, 'everywhere', { manager: 1 }),
      ]);
      const drained = (await manager.nodes.list()).find(({ id }) => id === node);
      expect(drained).toMatchObject({ state: 'ready', availability: 'drain' });
      const stayed = tasks.find((task) => task.node === 'manager');
      if (stayed === undefined) throw new Error('one container on the manager expected');
      const witness = await containerOf(swarm, stayed);
      await waitForName(witness, 'web', addressesOn(net, moved));
      await waitForName(witness, 'tasks.web', addressesOn(net, moved));
      await waitForName(witness, 'everywhere', addressesOn(net, left));

      // A global service has one container on each node that accepts any.
      await manager.nodes.update(node, { availability: 'active' });
      const back = await waitForTasks(manager, 'everywhere', onBoth);
      await waitForName(witness, 'everywhere', addressesOn(net, back));
      await Promise.all(addressesOn(net, back).map((to) => expectReply(witness, to, to)));
    });

    test('publishes a port in mode host only on the machine that runs its container', async ({
      swarm,
      onTestFinished,
    }) => {
      const { manager, worker } = swarm;
      const net = await useNetwork(swarm, onTestFinished, 'port-net');
      const web = { ...base, command: answersHttp, replicas: 'global' } as const;
      const constraints = ['node.role==worker'];
      const [onAll, [alone]] = await Promise.all([
        net.serve({ ...web, name: 'on-all', publish: onHost(8081) }, onBoth),
        net.serve({ ...web, name: 'alone', publish: onHost(8082), constraints }, { worker: 1 }),
      ]);
      for (const engine of [manager, worker]) {
        const own = onAll.find(({ node }) => node === engine.machine.name)?.containerId;
        expect(await waitForPort(engine, 8081), engine.machine.name).toBe(own?.slice(0, 12));
      }
      expect(await waitForPort(worker, 8082)).toBe(alone?.containerId.slice(0, 12));
      await expect(fetchText(`http://${manager.machine.address}:8082/`)).rejects.toThrow(
        /connection refused/,
      );
    });
  });
}

function onHost(published: number) {
  return [{ target: 80, published, mode: 'host' }] as const;
}
