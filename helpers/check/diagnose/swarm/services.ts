import type { Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { ruleFor } from '../rule.ts';

/** An expected service that does not exist, or that is to have no tasks. */
export const serviceMissing = ruleFor('service-missing', 'service-missing', {
  action: ({ where: { service = '' }, expected, observed }, observation): Action => {
    const host = managerOf(observation);
    if (observed.replicas === null) {
      return {
        kind: 'next-step',
        host,
        commands: [['docker', 'service', 'ls']],
        effect: `Shows the services of the swarm. Create ${service} again, with the same image and options.`,
      };
    }
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'service', 'scale', `${service}=${expected.replicas ?? 1}`]],
      effect: 'Starts its tasks again.',
    };
  },
});

/** A service with fewer tasks, networks or published ports than expected. */
export const serviceDiffers = ruleFor('service-mismatch', 'service-differs', {
  action: ({ where: { service = '' }, expected }, observation): Action => ({
    kind: 'fix',
    host: managerOf(observation),
    commands: [['docker', 'service', ...restore(service, expected)]],
    ...('replicas' in expected
      ? { effect: 'Starts the missing tasks.' }
      : { effect: 'Restores it, and replaces the tasks of the service one after the other.' }),
  }),
});

function restore(service: string, expected: Difference<'service-mismatch'>['expected']): string[] {
  if ('replicas' in expected) return ['scale', `${service}=${expected.replicas}`];
  if ('network' in expected) return ['update', '--network-add', expected.network, service];
  const { published, target, protocol, mode } = expected.port;
  const port = `published=${published},target=${target},protocol=${protocol},mode=${mode}`;
  return ['update', '--publish-add', port, service];
}

function managerOf({ swarm }: Observation): string | undefined {
  return valueOf(swarm)?.manager;
}
