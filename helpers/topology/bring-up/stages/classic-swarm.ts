import { openSwarmManager } from '../../../cluster/classic-swarm/classic-swarm.ts';
import type { KeyValuePlan } from '../../../cluster/cluster-plan.ts';
import { advertisedBy } from '../../../docker/endpoints/require-tls.ts';
import type { Machine, MachineRequest } from '../../../machine/machine.ts';
import { requireSwarmImage } from '../../../workload/images/swarm.ts';
import { archivesOf } from './forming.ts';

/** What a classic Swarm adds to the request for each of its machines; nothing where there is none. */
export async function planSwarm(
  plan: KeyValuePlan,
  discovery: string,
): Promise<(machine: string) => Pick<MachineRequest, 'images' | 'swarm'>> {
  if (plan.kind !== 'classic-swarm') return () => ({});
  const image = await requireSwarmImage('run a classic Swarm');
  return (machine) => ({
    images: archivesOf([image]),
    swarm: { master: machine === plan.master, discovery, image: image.tag },
  });
}

/** Returns once the manager, if there is one, has each of these machines as a healthy node, and no other. */
export async function waitForSwarm(
  plan: KeyValuePlan,
  machines: readonly Machine[],
  signal: AbortSignal,
): Promise<void> {
  if (plan.kind !== 'classic-swarm') return;
  const master = machines.find(({ name }) => name === plan.master);
  if (master === undefined) throw new Error(`the Swarm has no machine ${plan.master}`);
  using manager = openSwarmManager(master);
  const healthy = machines.map((machine) => [advertisedBy(machine), 'Healthy'] as const);
  await manager.waitForNodes(Object.fromEntries(healthy), { signal });
}
