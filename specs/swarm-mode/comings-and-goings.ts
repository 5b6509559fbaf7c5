import { describe } from 'vitest';
import { joinSwarm, waitForSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import { waitForTasks } from './swarm-tasks.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { NodeFacts } from '../../helpers/docker/swarm/nodes.ts';
import { breakCluster } from '../faults/fault.ts';
import { isolateFrom, refuseConnections } from '../faults/machine-faults.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { expectReply, staysUp, waitForName } from './containers.ts';
import { createMachine, type SwarmLab } from './lab.ts';
import { expect, test } from './swarm-test.ts';
import { addressesOn, useNetwork } from './network-of-test.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';

export function describeComingsAndGoings(): void {
  describe('the tokens of a swarm', () => {
    test("a rotated token differs, and the other role's token stays", async ({
      swarm: { manager, tokens },
      rotated,
    }) => {
      expect(rotated.worker).not.toBe(tokens.worker);
      expect(rotated.manager).toBe(tokens.manager);
      expect((await manager.swarm.inspect()).tokens).toEqual(rotated);
    });
  });

  // Both take long, but mostly wait for engines.
  describe.concurrent('the members of a swarm', () => {
    test('a lost member is down until it returns; a member that left joins as a new node', async ({
      swarm,
      rotated,
      onTestFinished,
    }) => {
      const { manager, worker, provider } = swarm;
      onTestFinished(() => restoreWorker(swarm));
      const net = await useNetwork(swarm, onTestFinished, 'lost-net');
      const node = (await worker.info()).swarmNode?.id ?? '';
      const [probe] = await Promise.all([
        net.run(manager, 'probe'),
        net.serve(
          {
            name: 'moving',
            image: BUSYBOX,
            command: staysUp,
            replicas: 2,
            endpointMode: 'dnsrr',
            restartDelay: 0,
            // This node joins at the same time, in the test below.
            constraints: ['node.hostname!=late'],
          },
          { manager: 1, worker: 1 },
        ),
      ]);
      // A node is down after three heartbeats, by default of 5 s each.
      await manager.swarm.setHeartbeat(2);
      {
        const deaf = isolateFrom(provider, 'worker', manager.machine.address);
        await using _broken = await breakCluster(deaf);
        const down = await waitForNode(manager, node, 'down');
        expect(down).toMatchObject({ hostname: 'worker', message: 'heartbeat failure' });
        await waitForName(probe, 'moving', async () =>
          addressesOn(net, await waitForTasks(manager, 'moving', { manager: 2 })),
        );
      }
      await waitForSwarm(manager, [manager, worker]);
      expect((await worker.info()).swarmNode?.id).toBe(node);

      await worker.swarm.leave();
      expect(await worker.info()).toMatchObject({ swarm: 'inactive', swarmNode: undefined });
      await waitForNode(manager, node, 'down');
      await manager.nodes.remove(node);
      expect((await manager.nodes.list()).map(({ id }) => id)).not.toContain(node);

      await manager.swarm.setHeartbeat(5);
      await joinSwarm(worker, manager, rotated.worker);
      await waitForSwarm(manager, [manager, worker]);
      expect((await worker.info()).swarmNode?.id).not.toBe(node);
      const there = await net.run(worker, 'there');
      const address = await there.addressOn(net.name);
      await waitForName(probe, 'there', [address]);
      await expectReply(probe, 'there', address);
    });

    test('an invalid token or address is rejected in one line, and the engine stays alone', async ({
      swarm,
      rotated,
      onTestFinished,
    }) => {
      const { manager, tokens, provider } = swarm;
      const names = ['late', 'lost'];
      onTestFinished(() => removeOutsiders(swarm, names));
      const outsiders = await Promise.all(names.map((name) => createMachine(swarm, name)));
      const [late, lost] = outsiders;
      if (late === undefined || lost === undefined) throw new Error('two machines expected');
      const current = rotated.worker;
      await expect(joinSwarm(late, manager, 'SWMTKN-1-none')).rejects.toThrow(
        /^late: docker swarm join \S+:2377: the join token belongs to another swarm than that of \S+ \(invalid join token\)\. Run "docker swarm join-token" /,
      );
      await expect(joinSwarm(late, lost, current)).rejects.toThrow(
        /^lost: docker swarm inspect: the engine is in no swarm\. Run "docker swarm init" /,
      );
      const port = { from: lost.machine.address, port: 2377 };
      await using _broken = await breakCluster(refuseConnections(provider, 'manager', port));
      // An engine tries for 10 s before it fails.
      await Promise.all([
        expect(joinSwarm(late, manager, tokens.worker)).rejects.toThrow(
          /^late: docker swarm join \S+:2377: \S+ does not know the join token\. Run "docker swarm join-token" /,
        ),
        expect(joinSwarm(lost, manager, current)).rejects.toThrow(
          /^lost: docker swarm join \S+:2377: no manager answers at \S+ \(connection refused\)\. Check that /,
        ),
      ]);
      for (const outsider of outsiders) {
        expect(await outsider.info()).toMatchObject({ swarm: 'inactive', swarmNode: undefined });
      }
      // Only the token had kept it out.
      await joinSwarm(late, manager, current);
      await waitForSwarm(manager, [manager, late]);
    });
  });
}

/** Makes the worker a member again in any case, and removes its earlier node from the list. */
async function restoreWorker({ manager, worker }: SwarmLab): Promise<void> {
  await manager.swarm.setHeartbeat(5);
  const { swarm } = await worker.info();
  if (swarm !== 'active') {
    if (swarm !== 'inactive') await worker.swarm.leave({ force: true });
    await joinSwarm(worker, manager, (await manager.swarm.inspect()).tokens.worker);
  }
  await waitForSwarm(manager, [manager, worker]);
  const current = (await worker.info()).swarmNode?.id;
  for (const { id, hostname } of await manager.nodes.list()) {
    if (hostname === 'worker' && id !== current) await manager.nodes.remove(id, { force: true });
  }
}

/** Removes machines that must not be members, and their nodes. */
async function removeOutsiders(
  { manager, provider }: SwarmLab,
  names: readonly string[],
): Promise<void> {
  await provider.remove(names);
  for (const { id, hostname } of await manager.nodes.list()) {
    if (names.includes(hostname)) await manager.nodes.remove(id, { force: true });
  }
}

/** Waits until the manager lists a node with a state. */
async function waitForNode(
  manager: Engine,
  id: string,
  state: NodeFacts['state'],
): Promise<NodeFacts> {
  return await waitFor(
    `docker node ls: ${id} is ${state}`,
    async () => {
      const nodes = await manager.nodes.list({ quiet: true });
      const node = nodes.find((one) => one.id === id);
      return node?.state === state ? done(node) : notYet(node?.state ?? 'not in the list');
    },
    { limit: 120_000 },
  );
}
