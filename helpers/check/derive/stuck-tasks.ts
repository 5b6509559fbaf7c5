import type { ServiceFacts, TaskFacts } from '../../docker/swarm/service-facts.ts';
import { memoize } from './memoize.ts';
import type { Observation } from '../model/observation.ts';
import { hostNamed } from './find-host.ts';
import { valueOf } from '../model/observed.ts';

/** Tasks of one service that do not start, for one reason. */
export interface StuckTasks {
  readonly service: string;
  /** `pending`, `new`, or `failed` for tasks that fail repeatedly. */
  readonly state: string;
  /** The manager's reason; empty if it gives none. */
  readonly error: string;
  readonly tasks: number;
  /** The IDs of the networks that they are to join. */
  readonly networks: readonly string[];
}

/**
 * Milliseconds for which a task may wait: a rolling update or a drain keeps new tasks waiting while old ones stop, which
 * takes 10 s at most with the default settings.
 */
const PATIENCE = 15_000;

/** Failures that are older may have a cause that is gone. */
const RECENT = 60_000;

/** Milliseconds from the creation of a task to its exit if it exits immediately, without the delay before its start. */
const SHORT_LIFE = 15_000;

/** Seconds; the default of the engine. */
const RESTART_DELAY = 5;

/** The error of a task whose container started, and exited with an error or a signal. */
const EXITED = /^task: non-zero exit/;

/** Returns tasks that could not start at both reads; undefined if the manager did not list tasks or its time. */
export const stuckTasks = memoize((observation: Observation): readonly StuckTasks[] | undefined => {
  const swarm = valueOf(observation.swarm);
  if (swarm?.tasks === undefined || swarm.services === undefined) return undefined;
  const { tasks, later, services, manager } = swarm;
  const engine = valueOf(hostNamed(observation, manager)?.engine);
  // The tasks' times are the manager's.
  const now = Date.parse(engine?.info.systemTime ?? '');
  if (Number.isNaN(now)) return undefined;
  const again = later?.tasks ?? tasks;
  const stuck = [...waiting(tasks, again, now), ...failing(tasks, again, services, now)];
  const groups = Map.groupBy(stuck, (one) => [one.task.serviceId, one.state, one.error].join('\n'));
  return [...groups.values()].flatMap((all): StuckTasks[] => {
    const [first] = all;
    if (first === undefined) return [];
    const { task, state, error } = first;
    const service = nameOf(task, services);
    // Removed in between.
    if (service === undefined) return [];
    return [{ service, state, error, tasks: all.length, networks: task.networks }];
  });
});

interface Stuck {
  readonly task: TaskFacts;
  readonly state: string;
  readonly error: string;
}

/** Tasks that wait for an address or for a node. */
function waiting(before: readonly TaskFacts[], after: readonly TaskFacts[], now: number): Stuck[] {
  const known = new Map(before.map((task) => [task.id, task]));
  return after
    .filter((task) => {
      const { id, state, desiredState, createdAt } = task;
      const isWaiting = state === 'new' || (state === 'pending' && task.error !== '');
      const isWanted = desiredState === 'running' || desiredState === 'ready';
      const isOld = now - Date.parse(createdAt) > PATIENCE;
      return isWaiting && isWanted && isOld && known.get(id)?.state === state;
    })
    .map((task) => ({ task, state: task.state, error: task.error }));
}

const failed: readonly string[] = ['failed', 'rejected'];

/**
 * Tasks that replace failed ones, and do not run either: at least two of the same slot have failed lately. Tasks that ran
 * before they failed do not count: their containers were killed, as by fixes of the check, and new tasks replace them.
 */
function failing(
  before: readonly TaskFacts[],
  after: readonly TaskFacts[],
  services: readonly ServiceFacts[],
  now: number,
): Stuck[] {
  const delays = new Map(services.map(({ id, restartDelay }) => [id, restartDelay]));
  const earlier = Map.groupBy(before, slotOf);
  return [...Map.groupBy(after, slotOf)].flatMap(([slot, tasks]): Stuck[] => {
    const latest = newest(tasks);
    const first = newest(earlier.get(slot) ?? []);
    if (latest === undefined || first === undefined) return [];
    if (isUp(latest) || isUp(first) || latest.desiredState === 'remove') return [];
    const failures = tasks
      .filter(({ state, since }) => failed.includes(state) && now - Date.parse(since) < RECENT)
      .filter((task) => !hasRun(task, delays.get(task.serviceId)))
      .toSorted((one, other) => Date.parse(other.since) - Date.parse(one.since));
    const [last] = failures;
    if (last === undefined || failures.length < 2) return [];
    return [{ task: last, state: 'failed', error: last.error }];
  });
}

function hasRun({ error, createdAt, since }: TaskFacts, delay = RESTART_DELAY): boolean {
  return (
    EXITED.test(error) && Date.parse(since) - Date.parse(createdAt) > SHORT_LIFE + delay * 1000
  );
}

function slotOf({ serviceId, slot, nodeId }: TaskFacts): string {
  return `${serviceId} ${slot === 0 ? nodeId : slot}`;
}

function newest(tasks: readonly TaskFacts[]): TaskFacts | undefined {
  return tasks.toSorted((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt))[0];
}

function isUp({ state }: TaskFacts): boolean {
  return state === 'running' || state === 'complete';
}

function nameOf({ serviceId }: TaskFacts, services: readonly ServiceFacts[]): string | undefined {
  return services.find(({ id }) => id === serviceId)?.name;
}
