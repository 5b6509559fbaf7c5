import type { ServiceFacts, TaskFacts } from '../../docker/swarm/service-facts.ts';
import type { Observation } from '../model/observation.ts';
import { type Observed, withValue, withoutValue } from '../model/observed.ts';

/** Services and their tasks, as a manager knows them at one moment. */
interface ServiceRecords {
  readonly services: readonly ServiceFacts[];
  /** All tasks: also ended tasks in the list of the managers, and containers without a service on attachable networks. */
  readonly tasks: readonly TaskFacts[];
}

/** The services of a swarm before kernels and live probes were examined, and afterward. */
export interface ServicesView extends ServiceRecords {
  /** Undefined if the second read failed: tasks may have come and gone, so nothing about them is certain. */
  readonly later: ServiceRecords | undefined;
}

/** Returns the services that a manager listed. */
export function servicesOf({ swarm }: Pick<Observation, 'swarm'>): Observed<ServicesView> {
  if ('missing' in swarm) return swarm;
  const { services, tasks, later } = swarm.value;
  if (services === undefined || tasks === undefined) {
    return withoutValue('the manager did not list the services and their tasks');
  }
  const again = later?.services;
  return withValue({
    services,
    tasks,
    later: again === undefined ? undefined : { services: again, tasks: later?.tasks ?? [] },
  });
}
