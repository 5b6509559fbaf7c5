import type { CallOptions } from '../../docker/connection.ts';
import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import type { Engine } from '../../docker/engine.ts';
import type { ServiceFacts, TaskFacts } from '../../docker/swarm/service-facts.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import type { SwarmOptions } from './swarm-mode.ts';

/** A task of a service that is to run, with its place. */
export interface ServiceTask extends TaskFacts {
  /** `web.1`; `web` for a task of a global service. */
  readonly name: string;
  /** The hostname of its node; empty if it has none yet. */
  readonly node: string;
}

/** The tasks of a service, as its manager lists them. */
export interface TasksOfService {
  readonly service: ServiceFacts;
  /** The tasks that are to run, in the order of their slots. */
  readonly due: readonly ServiceTask[];
  /** All tasks, also ended ones. */
  readonly all: readonly ServiceTask[];
  /** The number of tasks that the manager wants to run. */
  readonly desired: number;
}

/** Reads the tasks of a service from a manager. */
export async function readServiceTasks(
  manager: Engine,
  name: string,
  options?: CallOptions,
): Promise<TasksOfService> {
  const [nodes, services, counts, tasks] = await Promise.all([
    manager.nodes.list(options),
    manager.services.list(options),
    manager.services.countDesired(options),
    manager.services.tasks(name, options),
  ]);
  const service = services.find((one) => one.name === name);
  if (service === undefined) {
    throw new HarnessError({
      code: 'name-unknown',
      tried: `${manager.machine.name}: tasks of service ${name}`,
      observed: 'the swarm has no service with that name',
    });
  }
  const all = tasks
    .filter(({ serviceId }) => serviceId === service.id)
    .map((task) => ({
      ...task,
      name: task.slot === 0 ? name : `${name}.${task.slot}`,
      node: nodes.find(({ id }) => id === task.nodeId)?.hostname ?? '',
    }))
    .toSorted((one, other) => one.slot - other.slot || one.node.localeCompare(other.node, 'en'));
  return {
    service,
    all,
    due: all.filter(({ desiredState }) => desiredState === 'running'),
    desired: counts.get(service.id) ?? 0,
  };
}

/**
 * Waits until all tasks of a service run, and returns them. A timeout says which tasks do not run, each with the manager's
 * reason.
 */
export async function waitForServiceTasks(
  manager: Engine,
  name: string,
  { limit = 120_000, signal }: SwarmOptions = {},
): Promise<readonly ServiceTask[]> {
  return await waitFor(
    `service ${name}: all tasks run`,
    async () => {
      const tasks = await readServiceTasks(manager, name, { signal, quiet: true });
      return areComplete(tasks) ? done(tasks.due) : notYet(describeTasks(tasks));
    },
    {
      limit: scaleLimit(limit, [manager.machine]),
      every: 250,
      signal,
      hint: `run "docker service ps --no-trunc ${name}" on ${manager.machine.name}, and read the log of the task`,
    },
  );
}

/** Returns true if all tasks run that the managers want to run. */
export function areComplete({ due, desired }: TasksOfService): boolean {
  return desired > 0 && due.length === desired && due.every(({ state }) => state === 'running');
}

/** Describes tasks that do not run yet: `1 of 2 run; web.2 on two: rejected (No such image: shop)`. */
export function describeTasks({ due, all, desired }: TasksOfService): string {
  const late = due.filter(({ state }) => state !== 'running');
  const count = `${due.length - late.length} of ${desired} run`;
  if (desired === 0 && due.length === 0) return `${count}: no machine matches its constraints`;
  return [count, ...late.map((task) => describeLate(task, all))].join('; ');
}

/** The reason of a task that waits for its start is the error of the task that it replaces. */
function describeLate(task: ServiceTask, all: readonly ServiceTask[]): string {
  const failed = all
    .filter(
      ({ name, nodeId, error }) =>
        error !== '' && name === task.name && (task.slot > 0 || nodeId === task.nodeId),
    )
    .toSorted((one, other) => other.since.localeCompare(one.since))[0];
  const shown = task.error === '' && failed !== undefined ? failed : task;
  const on = shown.node === '' ? '' : ` on ${shown.node}`;
  return `${task.name}${on}: ${shown.state} (${shown.message})`;
}
