import type { PlanOf } from '../../../cluster/cluster-plan.ts';
import type { MachineRequest } from '../../../machine/machine.ts';
import { membersOf, type Topology } from '../../topology.ts';
import { type Forming, type FormingCluster, requestFor } from './forming.ts';
import { bringUpSwarm } from './swarm.ts';

/** Forms a swarm: the manager's engine creates it and the others join. It has no separate machine. */
export function formSwarm(
  topology: Topology,
  plan: PlanOf<'swarm-mode'>,
  { group, provider, archivesFor }: Forming,
): FormingCluster {
  const members = group.start(async () => {
    const requests = await Promise.all(
      membersOf(topology).map(async (machine) =>
        requestFor(machine, { images: await archivesFor(machine.name) }),
      ),
    );
    const create = (request: MachineRequest) => provider.create(request, { signal: group.signal });
    return await bringUpSwarm(() => requests.map(create), topology, plan, group.signal);
  });
  // A worker learns of a network only when one of its containers uses it.
  const informed = members.then((all) => all.filter(({ name }) => name === plan.manager));
  return { separate: Promise.resolve([]), members, informed };
}
