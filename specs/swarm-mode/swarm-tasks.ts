import type { Engine } from '../../helpers/docker/engine.ts';
import type { TaskFacts } from '../../helpers/docker/swarm/services.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { SwarmOptions } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';

/** A container of a service that runs. */
export interface PlacedTask extends TaskFacts {
  /** The hostname of the node that it is on. */
  readonly node: string;
}

/**
 * Returns once the service has exactly as many running containers on each node as `wanted` says, and is to have no others.
 *
 * @param wanted by the node's hostname; a node that is not named shall have none
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
    { limit, signal, remedy: `see docker service ps --no-trunc ${service} on the manager` },
  );
}

function describe(counts: readonly (readonly [string, number])[]): string {
  const some = counts
    .filter(([, count]) => count > 0)
    .map(([node, count]) => `${count} on ${node}`);
  return some.toSorted().join(', ') || 'none';
}
