import {
  type KernelAnswer,
  type KernelFeature,
  kernelFeatures,
} from '../machine/kernel-feature.ts';
import type { Machine, MachineProvider } from '../machine/machine.ts';
import { tryKernel } from '../machine/try-kernel.ts';
import { requireOwnKernels } from '../machine/uml/require-own-kernels.ts';
import { activity, onMachine } from '../process/activity.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { membersOf, type Topology } from './topology.ts';

/** Returns the kernel features that a topology needs on each machine of its cluster. */
export function kernelNeedsOf({
  needs = [],
  networks,
  services = [],
}: Pick<Topology, 'needs' | 'networks' | 'services'>): KernelFeature[] {
  const derived = [
    ...(networks.some(({ encrypted }) => encrypted) ? ['esp'] : []),
    // With dnsrr, a service has no port of the routing mesh either.
    ...(services.some(({ endpoint }) => endpoint !== 'dnsrr') ? ['ipvs'] : []),
  ];
  return kernelFeatures.filter((one) => needs.includes(one) || derived.includes(one));
}

/**
 * Chooses the kernel of each machine of a topology. If the kernel that new machines would share lacks a feature that the
 * topology needs, all machines of the cluster get their own kernel. Throws if this is not possible, or if the topology
 * gives a machine its own kernel where no machine can have one.
 */
export async function chooseKernels(
  topology: Topology,
  provider: MachineProvider,
): Promise<Topology> {
  const asking = topology.machines.find(({ kernel }) => kernel === 'own');
  // With docker-machine, the driver decides about the kernel.
  if (asking !== undefined && provider.name !== 'docker-machine') {
    const because = `${asking.name} has the kernel "own" in the topology`;
    requireOwnKernels(`bring up ${topology.name}`, because);
  }
  const answers: (KernelAnswer | undefined)[] = [];
  for (const feature of kernelNeedsOf(topology)) {
    answers.push(await provider.trySharedKernel(feature));
  }
  const reasons = answers.flatMap((answer) => (answer?.can === false ? [answer.reason] : []));
  const names = membersOf(topology).map(({ name }) => name);
  const isOwn = ({ name, kernel }: Topology['machines'][number]) =>
    kernel === 'own' || !names.includes(name);
  if (reasons.length === 0 || topology.machines.every(isOwn)) return topology;
  const because = reasons.join(', and ');
  requireOwnKernels(`bring up ${topology.name}`, because);
  return await activity('stage', `machines get their own kernel: ${because}`, async () => ({
    ...topology,
    machines: topology.machines.map((machine) =>
      isOwn(machine) ? machine : { ...machine, kernel: 'own' as const },
    ),
  }));
}

/** Throws if the kernel of a machine of the cluster lacks a feature that the topology needs. */
export async function requireKernelFeatures(
  topology: Topology,
  members: readonly Machine[],
  provider: MachineProvider,
): Promise<void> {
  const needs = kernelNeedsOf(topology);
  for (const { name } of members) {
    for (const feature of needs) {
      const answer = await onMachine(name, () => tryKernel(provider, name, feature));
      if (answer.can) continue;
      throw new HarnessError({
        code: 'kernel-feature-missing',
        tried: `bring up ${topology.name}`,
        observed: answer.reason,
        hint: `use machines whose kernel has it, or remove "${feature}" from the needs of the topology`,
      });
    }
  }
}
