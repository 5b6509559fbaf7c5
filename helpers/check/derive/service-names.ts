import type { Observation } from '../model/observation.ts';
import type { ServiceLookup } from '../model/views/service-names-view.ts';
import { type ServiceOnNetwork, servicesOnNetworks, type SteadyTask } from './balanced-services.ts';

/** The addresses that a name must have on one network, and further addresses that it may have. */
export interface Meaning {
  readonly network: string;
  readonly must: readonly string[];
  readonly may: ReadonlySet<string>;
  /** The tasks that are meant. */
  readonly tasks: readonly SteadyTask[];
}

/** Returns true if one of both answers is right. An engine answers for the first of the networks that container and service share. */
export function isRight({ before, after }: ServiceLookup, meanings: readonly Meaning[]): boolean {
  return [before, after].some((lookup) =>
    meanings.some(({ must, may }) => {
      const answers = lookup?.answers ?? [];
      return (
        answers.length > 0 &&
        must.every((address) => answers.includes(address)) &&
        answers.every((address) => may.has(address))
      );
    }),
  );
}

/** Returns the meanings of a name on all networks that its container and its service share; none if the service has changed. */
export function meaningsOf(
  { serviceId, networkIds, networkId, means }: ServiceLookup,
  observation: Observation,
): Meaning[] {
  const shared = servicesOnNetworks(observation).filter(
    (one) => one.service.id === serviceId && networkIds.includes(one.networkId),
  );
  return shared
    .toSorted(
      (one, other) => Number(other.networkId === networkId) - Number(one.networkId === networkId),
    )
    .flatMap((one) => meaningOn(one, means) ?? []);
}

function meaningOn(
  { network, address, steady, possible }: ServiceOnNetwork,
  means: ServiceLookup['means'],
): Meaning | undefined {
  if (means === 'service' && address !== undefined) {
    return { network, must: [address], may: new Set([address]), tasks: steady };
  }
  if (typeof means !== 'string') {
    const task = steady.find(({ id }) => id === means.task);
    return task && { network, must: [task.address], may: new Set([task.address]), tasks: [task] };
  }
  return { network, must: steady.map((task) => task.address), may: possible, tasks: steady };
}
