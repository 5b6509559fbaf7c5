import { prefixOf, servicesOnHosts } from '../../derive/balanced-services.ts';
import { endpointsOf } from '../../derive/endpoints.ts';
import { type ComparisonOutcome, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { servicesOf } from '../../derive/services.ts';
import type { Observation } from '../../model/observation.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Returns the outcome of a comparison of all load balancers. It passes only if each of them was observed twice. */
export function servicesOutcome(
  observation: Observation,
  differences: readonly Difference[],
  evidence: readonly string[],
): ComparisonOutcome {
  if (differences.length > 0) return outcomeOf(differences, evidence);
  const { hosts } = observation;
  const services = servicesOf(observation);
  if ('missing' in services) return skipped(services);
  const hasServices = services.value.services.some(({ endpointMode }) => endpointMode === 'vip');
  if (!traitsOf(observation).hasManagers || !hasServices) {
    const reason = 'the cluster has no services with virtual addresses';
    return { state: 'skipped', reason, because: 'not-applicable' };
  }
  if (services.value.later === undefined) {
    return { state: 'skipped', reason: 'no second list of the services', because: 'failed' };
  }
  for (const { name, balancing } of hosts) {
    if ('missing' in balancing) {
      const reason = `services on ${name}: ${balancing.missing}`;
      return { state: 'skipped', reason, because: balancing.because };
    }
    const [unread] = balancing.value.unread;
    if (unread !== undefined && isUsed(unread.namespace, observation, name)) {
      return { state: 'skipped', reason: `services on ${name}: ${unread.why}`, because: 'failed' };
    }
  }
  return outcomeOf(differences, evidence);
}

/** Returns true if the host has a container on the network of that sandbox that was not about to leave. */
function isUsed(namespace: string, observation: Observation, host: string): boolean {
  const prefix = prefixOf(namespace);
  return (
    prefix === undefined ||
    endpointsOf(observation).some((one) => one.host === host && one.networkId.startsWith(prefix))
  );
}

/** The compared load balancers in words, so that a pass is proven. */
export function balancersInWords(observation: Observation): string[] {
  return servicesOnHosts(observation).map(
    ({ host, network, service, address, steady }) =>
      `${host.name}: ${service.name} in ${network}, ${address}, with ${steady.length} running tasks`,
  );
}
