import { openSwarmManager } from '../../../cluster/classic-swarm/classic-swarm.ts';
import type { PlanOf } from '../../../cluster/cluster-plan.ts';
import { advertisedBy } from '../../../docker/endpoints/require-tls.ts';
import { requireSwarmImage } from '../../../workload/images/swarm.ts';
import { archivesOf } from './forming.ts';
import type { MemberAgents } from './form-key-value-cluster.ts';

/** Plans the containers of classic Swarm on the machines of its cluster. */
export function swarmAgents({ master }: PlanOf<'classic-swarm'>): MemberAgents {
  return {
    plan: async (discovery) => {
      const image = await requireSwarmImage('run a classic Swarm');
      return (machine) => ({
        images: archivesOf([image]),
        swarm: { master: machine === master, discovery, image: image.tag },
      });
    },
    /** Waits until exactly these machines are healthy nodes of the manager. */
    waitFor: async (machines, signal) => {
      const machine = machines.find(({ name }) => name === master);
      if (machine === undefined) throw new Error(`no machine ${master} in the Swarm`);
      using manager = openSwarmManager(machine);
      const healthy = machines.map((one) => [advertisedBy(one), 'Healthy'] as const);
      await manager.waitForNodes(Object.fromEntries(healthy), { signal });
    },
  };
}
