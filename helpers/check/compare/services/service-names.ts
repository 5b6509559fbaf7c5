import { endpointsOf } from '../../derive/endpoints.ts';
import { servicesOnNetworks } from '../../derive/balanced-services.ts';
import { isRight, type Meaning, meaningsOf } from '../../derive/service-names.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { NameLookup, ServiceLookup } from '../../model/views/service-names-view.ts';

/** The engine of each host resolves the names of services to their virtual addresses, or to their running tasks. */
export const serviceNames: Comparison = {
  name: 'service-names',
  title: 'every node resolves the names of services and their tasks',
  layer: 'names',
  needs: 'privileged-probe',
  compare: (observation) => {
    const { serviceNames: names } = observation;
    if ('missing' in names) return skipped(names);
    const { lookups, blind } = names.value;
    const staying = new Set(endpointsOf(observation).map(({ containerId }) => containerId));
    const compared = lookups
      .filter(({ containerId }) => staying.has(containerId))
      .flatMap((lookup) => compareLookup(lookup, observation) ?? []);
    const differences = compared.flatMap(({ difference }) => difference ?? []);
    const [first] = blind;
    if (differences.length === 0 && first !== undefined) {
      const reason = `containers on ${first.host} could not be examined: ${first.why}`;
      return { state: 'skipped', reason, because: 'failed' };
    }
    return outcomeOf(
      differences,
      compared.map(({ inWords }) => inWords),
    );
  },
};

interface Compared {
  readonly inWords: string;
  readonly difference: Difference | undefined;
}

/** Undefined without a second lookup, or for a service that has changed. */
function compareLookup(lookup: ServiceLookup, observation: Observation): Compared | undefined {
  const { host, container, name, after } = lookup;
  const meanings = meaningsOf(lookup, observation);
  const [meaning] = meanings;
  if (after === undefined || meaning === undefined) return undefined;
  return {
    inWords: `${container} on ${host} resolves ${name} to ${(after.answers ?? []).join(', ')}`,
    difference: isRight(lookup, meanings)
      ? undefined
      : describe(lookup, after, meanings, meaning, observation),
  };
}

function describe(
  { host, container, name, serviceId }: ServiceLookup,
  { answers, error }: NameLookup,
  meanings: readonly Meaning[],
  { network, must, tasks }: Meaning,
  observation: Observation,
): Difference {
  const service = servicesOnNetworks(observation).find((one) => one.service.id === serviceId);
  // A node that lacks only the tasks of another node does not hear of them.
  const lacking = tasks.filter((task) => !(answers ?? []).includes(task.address));
  const places = new Set(lacking.map((task) => task.host));
  const [only] = places.size === 1 ? places : [];
  const peer = only === host ? undefined : only;
  const where = { host, peer, network, service: service?.service.name, container };
  const expected = { name, addresses: must };
  const allowed = new Set(meanings.flatMap(({ may }) => [...may]));
  const unexpected = (answers ?? []).filter((address) => !allowed.has(address));
  if (answers !== undefined && unexpected.length > 0) {
    return {
      kind: 'service-name-mismatch',
      where,
      expected,
      observed: { answers },
      text: `${container} on ${host} resolves ${name} to ${answers.join(', ')}; it is ${must.join(', ')} in ${network}`,
    };
  }
  const why =
    answers === undefined || answers.length === 0
      ? `cannot resolve ${name}, which is ${must.join(', ')} in ${network} (${error ?? 'no address in the answer'})`
      : `resolves ${name} only to ${answers.join(', ')}; it is also ${must.filter((address) => !answers.includes(address)).join(', ')} in ${network}`;
  return {
    kind: 'service-name-unanswered',
    where,
    expected,
    observed: { answers: answers ?? null, error: error ?? null },
    text: `${container} on ${host} ${why}`,
  };
}
