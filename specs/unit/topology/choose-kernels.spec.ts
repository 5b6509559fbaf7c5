import { describe, expect, onTestFinished, test } from 'vitest';
import type { KernelAnswer } from '../../../helpers/machine/kernel-feature.ts';
import { requireOwnKernels } from '../../../helpers/machine/uml/require-own-kernels.ts';
import type { MachineProvider } from '../../../helpers/machine/machine.ts';
import { onActivity } from '../../../helpers/process/activity.ts';
import { chooseKernels, kernelNeedsOf } from '../../../helpers/topology/choose-kernels.ts';
import { seed } from '../../../helpers/topology/seed.ts';
import type { Topology } from '../../../helpers/topology/topology.ts';

const noIpvs = { can: false, reason: 'the kernel of this computer has no IPVS' } as const;
const needy: Topology = { ...seed, needs: ['ipvs'] };

/** Chooses for a kernel with these answers. Returns the kernels by machine, the questions, and the published stages. */
async function choose(topology: Topology, answer: KernelAnswer | undefined) {
  const asked: string[] = [];
  const stages: string[] = [];
  onTestFinished(onActivity({ start: ({ title }) => stages.push(title) }));
  const provider = {
    trySharedKernel: async (feature: string) => {
      asked.push(feature);
      return answer;
    },
  } as unknown as MachineProvider;
  const { machines } = await chooseKernels(topology, provider);
  const kernels = Object.fromEntries(machines.map(({ name, kernel }) => [name, kernel]));
  return { kernels, asked, stages };
}

const shared = { 'mh-keystore': undefined, 'master-host': undefined, 'worker-host': undefined };

describe('a topology that needs a kernel feature', () => {
  test('gets its own kernels for the members of the cluster if the shared kernel lacks it', async () => {
    const { kernels, asked, stages } = await choose(needy, noIpvs);
    expect(kernels).toEqual({ ...shared, 'master-host': 'own', 'worker-host': 'own' });
    expect(asked).toEqual(['ipvs']);
    expect(stages).toEqual([`machines get their own kernel: ${noIpvs.reason}`]);
  });

  test.for([{ can: true } as const, undefined])(
    'stays unchanged if the shared kernel has it, or if each machine has its own (%j)',
    async (answer) => {
      const { kernels, stages } = await choose(needy, answer);
      expect(kernels).toEqual(shared);
      expect(stages).toEqual([]);
    },
  );

  test('is the same topology after a second choice, which says nothing', async () => {
    const machines = seed.machines.map((machine) => ({ ...machine, kernel: 'own' as const }));
    const { stages } = await choose({ ...needy, machines }, noIpvs);
    expect(stages).toEqual([]);
  });

  test('fails with both reasons where machines cannot have their own kernel', () => {
    const computer = { platform: 'linux', arch: 'arm64' } as const;
    expect(() => requireOwnKernels('bring up seed', noIpvs.reason, computer)).toThrow(
      'bring up seed: the kernel of this computer has no IPVS; User-mode Linux needs Linux on x86-64, and this platform is linux on arm64',
    );
  });

  test('fails in a virtual computer, and says who could run it', () => {
    const computer = { platform: 'linux', arch: 'x64', isVirtual: true } as const;
    expect(() => requireOwnKernels('bring up seed', noIpvs.reason, computer)).toThrow(
      'bring up seed: the kernel of this computer has no IPVS; all machines of a virtual computer share its kernel. Run this as root, or allow this user to create namespaces: see "overlay-e2e doctor"',
    );
  });
});

test('a topology that needs nothing does not try the kernel', async () => {
  const { kernels, asked } = await choose(seed, noIpvs);
  expect(kernels).toEqual(shared);
  expect(asked).toEqual([]);
});

test('an encrypted network needs ESP', () => {
  const networks = seed.networks.map((network) => ({ ...network, encrypted: true }));
  expect(kernelNeedsOf({ ...seed, networks })).toEqual(['esp']);
  expect(kernelNeedsOf({ ...seed, networks, needs: ['netem', 'esp'] })).toEqual(['esp', 'netem']);
  expect(kernelNeedsOf(seed)).toEqual([]);
});

test('a service with a virtual address needs IPVS', () => {
  const web = { name: 'web', networks: ['my-net'], image: 'web:1' } as const;
  const dnsrr = { ...web, name: 'api', endpoint: 'dnsrr' } as const;
  expect(kernelNeedsOf({ ...seed, services: [dnsrr] })).toEqual([]);
  expect(kernelNeedsOf({ ...seed, services: [dnsrr, web] })).toEqual(['ipvs']);
  expect(kernelNeedsOf({ ...seed, services: [{ ...web, endpoint: 'vip' }] })).toEqual(['ipvs']);
});
