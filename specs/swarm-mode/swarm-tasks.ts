import type { Engine } from '../../helpers/docker/engine.ts';
import type { TaskFacts } from '../../helpers/docker/swarm/service-facts.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { SwarmOptions } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';

/** A running container of a service. */
export interface PlacedTask extends TaskFacts {
  /** The hostname of its node. */
  readonly node: string;
}

/**
 * Waits until a service has exactly as many running containers on each node as `wanted`, and no others.
 *
 * @param wanted the numbers by the nodes' hostnames; nodes without a number must have none
 */
export async function waitForTasks(
  manager: Engine,
  service: string,
  wanted: Readonly<Record<string, number>>,
  { limit = 60_000, signal }: SwarmOptions = {},
): Promise<PlacedTask[]> {
  const goal = describe(Object.entries(wanted));
  return await waitFor(
    `service ${service}: ${goal}`,
    async () => {
      const [nodes, tasks] = await Promise.all([
        manager.nodes.list({ signal, quiet: true }),
        manager.services.tasks(service, { signal, quiet: true }),
      ]);
      const due = tasks
        .filter(({ desiredState }) => desiredState === 'running')
        .map((task) => ({
          ...task,
          node: nodes.find(({ id }) => id === task.nodeId)?.hostname ?? 'no node yet',
        }));
      const perNode = Map.groupBy(due, ({ node }) => node);
      const saw = describe([...perNode].map(([node, all]) => [node, all.length]));
      const late = due.filter(({ state }) => state !== 'running');
      if (saw === goal && late.length === 0) return done(due);
      const why = late.map(({ node, state, message }) => `${node}: ${state} (${message})`);
      return notYet([saw, ...why].join('; '));
    },
    { limit, signal, hint: `see docker service ps --no-trunc ${service} on the manager` },
  );
}

function describe(counts: readonly (readonly [string, number])[]): string {
  const some = counts
    .filter(([, count]) => count > 0)
    .map(([node, count]) => `${count} on ${node}`);
  return some.toSorted().join(', ') || 'none';
}
