import { describe } from 'vitest';
import type { KernelFeature } from '../../helpers/machine/kernel-feature.ts';
import { tryKernel } from '../../helpers/machine/try-kernel.ts';
import { ping } from '../../helpers/docker/containers/ping.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import {
  answersHttp,
  askHttp,
  expectReply,
  waitForAnswer,
  waitForName,
  waitForPort,
} from './containers.ts';
import type { SwarmLab } from './lab.ts';
import { expect, type SwarmTest } from './swarm-test.ts';
import { addressesOn, type NetworkOfTest, useNetwork } from './network-of-test.ts';

const web = {
  image: BUSYBOX,
  command: answersHttp,
  endpointMode: 'vip',
  restartDelay: 0,
} as const;
const onBoth = { manager: 1, worker: 1 };

/** Tests features that depend on the kernel: where the kernels of both machines have them, they work. */
export function describeKernelsWith(test: SwarmTest): void {
  describe('On kernels with IPVS', () => {
    test("a service's name is one address, at which its containers answer in turn", async ({
      swarm,
      onTestFinished,
      skip,
    }) => {
      skipUnless(true, await readAbility(swarm, 'ipvs'), skip);
      const net = await useNetwork(swarm, onTestFinished, 'vip-net');
      const { probe, tasks } = await serveBehindOneAddress(swarm, net);
      const answers = [];
      for (let request = 0; request < 4; request += 1) {
        answers.push(await askHttp(probe, 'http://web/'));
      }
      const containers = tasks.map(({ containerId }) => containerId.slice(0, 12));
      expect(new Set(answers)).toEqual(new Set(containers));
    });

    test('every machine of the swarm publishes a port, even one without a container of the service', async ({
      swarm,
      onTestFinished,
      skip,
    }) => {
      skipUnless(true, await readAbility(swarm, 'ipvs'), skip);
      const net = await useNetwork(swarm, onTestFinished, 'mesh-net');
      const [task] = await net.serve(
        {
          ...web,
          name: 'mesh',
          replicas: 1,
          constraints: ['node.role==worker'],
          publish: [{ target: 80, published: 8083, mode: 'ingress' }],
        },
        { worker: 1 },
      );
      for (const engine of [swarm.manager, swarm.worker]) {
        expect(await waitForPort(engine, 8083), engine.machine.name).toBe(
          task?.containerId.slice(0, 12),
        );
      }
    });
  });

  describe('On kernels with ESP', () => {
    test('an encrypted overlay passes pings between the hosts, in both directions as ESP', async ({
      swarm,
      onTestFinished,
      skip,
    }) => {
      skipUnless(true, await readAbility(swarm, 'esp'), skip);
      const { manager, worker, provider } = swarm;
      const net = await useEncryptedNetwork(swarm, onTestFinished);
      const [here, there] = await Promise.all([net.run(manager, 'here'), net.run(worker, 'there')]);
      const address = await there.addressOn(net.name);
      await waitForName(here, 'there', [address]);
      await expectReply(here, 'there', address);
      // Two pings in one direction, two replies in the other.
      for (const { machine } of [manager, worker]) {
        expect(await countEncrypted(provider, machine.name), machine.name).toBeGreaterThanOrEqual(
          4,
        );
      }
    });
  });
}

/** Tests that these features fail in a known way where a kernel lacks them. */
export function describeKernelsWithout(test: SwarmTest): void {
  describe('On kernels without IPVS', () => {
    test("a service's name is one address without an answer, but its containers answer at their own", async ({
      swarm,
      onTestFinished,
      skip,
    }) => {
      skipUnless(false, await readAbility(swarm, 'ipvs'), skip);
      const net = await useNetwork(swarm, onTestFinished, 'vip-net');
      const { probe } = await serveBehindOneAddress(swarm, net);
      expect(await askHttp(probe, 'http://web/')).toMatch(/timed out|No route to host/);
    });
  });

  describe('On kernels without ESP', () => {
    test('an encrypted overlay passes nothing between the hosts, instead of unencrypted packets', async ({
      swarm,
      onTestFinished,
      skip,
    }) => {
      skipUnless(false, await readAbility(swarm, 'esp'), skip);
      const net = await useEncryptedNetwork(swarm, onTestFinished);
      const [here, there] = await Promise.all([
        net.run(swarm.manager, 'here'),
        net.run(swarm.worker, 'there'),
      ]);
      const address = await there.addressOn(net.name);
      await waitForName(here, 'there', [address]);
      const unanswered = await ping(here, 'there', { count: 1, wait: 1 });
      expect(unanswered.received, unanswered.transcript).toBe(0);
    });
  });
}

/** Queries both machines: they share one kernel with the built-in provider, but not with others. */
async function readAbility({ provider, manager, worker }: SwarmLab, ability: KernelFeature) {
  const answers = await Promise.all(
    [manager, worker].map(({ machine }) => tryKernel(provider, machine.name, ability)),
  );
  const refusal = answers.find(({ can }) => !can);
  return refusal ?? { can: true as const };
}

function skipUnless(
  wanted: boolean,
  answer: Awaited<ReturnType<typeof readAbility>>,
  skip: (note: string) => void,
): void {
  if (answer.can === wanted) return;
  skip(answer.can ? 'the kernels of both machines have it' : answer.reason);
}

async function serveBehindOneAddress({ manager }: SwarmLab, net: NetworkOfTest) {
  const [probe, tasks] = await Promise.all([
    net.run(manager, 'probe'),
    net.serve({ ...web, name: 'web', replicas: 2 }, onBoth),
  ]);
  const { virtualAddresses } = await manager.services.inspect('web');
  const address = virtualAddresses[net.id] ?? '';
  await waitForName(probe, 'web', [address]);
  // The engine balances connections between the containers whose addresses it knows.
  await waitForName(probe, 'tasks.web', addressesOn(net, tasks));
  for (const task of tasks) {
    const [own = ''] = addressesOn(net, [task]);
    await waitForAnswer(probe, `http://${own}/`, task.containerId.slice(0, 12));
  }
  return { probe, tasks };
}

async function useEncryptedNetwork(
  swarm: SwarmLab,
  onTestFinished: (clear: () => Promise<void>) => void,
): Promise<NetworkOfTest> {
  return await useNetwork(swarm, onTestFinished, 'secret-net', { options: { encrypted: '' } });
}

/** Returns the number of packets that the machine's kernel has sent and received as ESP. */
async function countEncrypted(
  provider: Pick<MachineProvider, 'run'>,
  machine: string,
): Promise<number> {
  const { stdout } = await provider.run(machine, ['ip', '-s', 'xfrm', 'state']);
  const counts = [...stdout.matchAll(/lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)/g)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
