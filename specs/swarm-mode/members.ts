import { describe } from 'vitest';
import { createOverlay } from '../../helpers/cluster/overlay-network.ts';
import { joinSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import { ENGINE } from './lab.ts';
import { expect, test } from './swarm-test.ts';

export function describeMembers(): void {
  describe('the nodes of a swarm', () => {
    test('docker node ls lists both machines, ready and active, with names, addresses and engines', async ({
      swarm: { manager, worker },
    }) => {
      const nodes = await manager.nodes.list();
      const [ids, versions] = [
        await Promise.all([manager, worker].map(async (one) => (await one.info()).swarmNode?.id)),
        await Promise.all([manager, worker].map(async (one) => (await one.version()).version)),
      ];
      const healthy = { state: 'ready', availability: 'active', engineVersion: versions[0] };
      expect(versions[0]).toContain(ENGINE);
      expect(versions[1]).toBe(versions[0]);
      expect(
        nodes.toSorted((one, other) => one.hostname.localeCompare(other.hostname)),
      ).toMatchObject([
        {
          ...healthy,
          id: ids[0],
          hostname: 'manager',
          address: manager.machine.address,
          role: 'manager',
          manager: { leader: true, reachable: true },
        },
        {
          ...healthy,
          id: ids[1],
          hostname: 'worker',
          address: worker.machine.address,
          role: 'worker',
          manager: undefined,
        },
      ]);
    });

    test("a manager's command on a worker is rejected in one line that names the reason", async ({
      swarm: { worker },
    }) => {
      await expect(worker.nodes.list()).rejects.toThrow(
        /^worker: docker node ls: the engine is only a worker of its swarm. Send the request to a manager\.$/,
      );
      await expect(createOverlay(worker, { name: 'of-a-worker' })).rejects.toThrow(
        /^worker: docker network create of-a-worker: the engine is in no cluster, or only a worker of its swarm. Create the network on a manager of a swarm; /,
      );
    });

    test('a second swarm on a member is rejected in one line with the fix', async ({
      swarm: { manager, worker, tokens },
    }) => {
      const { swarmNode } = await worker.info();
      const refusal =
        /: the engine is already in a swarm\. Leave that swarm first: docker swarm leave\.$/;
      await expect(worker.swarm.init({ advertise: worker.machine.address })).rejects.toThrow(
        refusal,
      );
      await expect(joinSwarm(worker, manager, tokens.worker)).rejects.toThrow(refusal);
      // The rejection has changed nothing.
      expect((await worker.info()).swarmNode).toEqual(swarmNode);
    });
  });
}
