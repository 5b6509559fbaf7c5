import { stuckTasks } from '../../derive/stuck-tasks.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { valueOf } from '../../model/observed.ts';
import { onlyInSwarms } from './only-in-swarms.ts';

/** Every task of a service starts, or its manager has only just created it. */
export const tasksStart: Comparison = {
  name: 'tasks-start',
  title: 'every task of a service starts',
  layer: 'engines',
  needs: 'api',
  compare: onlyInSwarms((observation) => {
    const { swarm } = observation;
    if (!('value' in swarm)) return skipped(swarm);
    const stuck = stuckTasks(observation);
    if (stuck === undefined) {
      const reason = 'the manager did not list its services, tasks or time';
      return { state: 'skipped', reason, because: 'failed' };
    }
    const names = new Map(swarm.value.networks.map(({ id, name }) => [id, name]));
    return outcomeOf(
      stuck.map(({ service, state, error, tasks, networks }): Difference => {
        return {
          kind: 'task-stuck',
          where: { service },
          expected: 'running',
          observed: {
            state,
            error,
            tasks,
            networks: networks.map((id) => names.get(id) ?? id),
          },
          text: `service ${service}: ${describe(state, error, tasks)}`,
        };
      }),
      (valueOf(swarm)?.services ?? []).map(({ name }) => `service ${name}: no task is stuck`),
    );
  }),
};

function describe(state: string, error: string, tasks: number): string {
  const count = tasks === 1 ? 'a task' : `${tasks} tasks`;
  const reason = error === '' ? 'the manager gives no reason' : error;
  return state === 'failed'
    ? `${count} cannot start, and failed several times: ${reason}`
    : `${count} without ${state === 'new' ? 'an address' : 'a node'} for more than 15 s: ${reason}`;
}
