import { type ComparisonOutcome, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { endpointsOf } from '../../derive/endpoints.ts';
import {
  type ExpectedEntry,
  expectedEntries,
  hostsWithoutDestination,
  observedKernels,
} from '../../derive/kernel/expected-tables.ts';
import { lostNetworks } from '../../derive/lost-networks.ts';
import type { Observation } from '../../model/observation.ts';
import { type MissingBecause, withoutValue } from '../../model/observed.ts';

/** Returns the outcome of a comparison of all kernels. With a kernel or a network that was not observed, it cannot pass. */
export function kernelOutcome(
  observation: Observation,
  differences: readonly Difference[],
  evidence: readonly string[],
): ComparisonOutcome {
  const blind = findUnobserved(observation);
  const worst = blind.find(({ because }) => because === 'failed') ?? blind[0];
  if (differences.length > 0 || worst === undefined) return outcomeOf(differences, evidence);
  return { state: 'skipped', ...worst };
}

/** Returns the outcome of a comparison of all expected entries for containers on other hosts, and further differences. */
export function entriesOutcome(
  observation: Observation,
  findMismatch: (entry: ExpectedEntry, observation: Observation) => Difference | undefined,
  describe: (entry: ExpectedEntry) => string,
  more: readonly Difference[] = [],
): ComparisonOutcome {
  const entries = expectedEntries(observation);
  const differences = [
    ...entries.flatMap((entry) => findMismatch(entry, observation) ?? []),
    ...more,
  ];
  const [unknown] = hostsWithoutDestination(observation);
  if (differences.length === 0 && unknown !== undefined) {
    return skipped(withoutValue(`the address of ${unknown} in the cluster is unknown`));
  }
  return kernelOutcome(observation, differences, entries.map(describe));
}

interface Unobserved {
  readonly reason: string;
  readonly because: MissingBecause;
}

function findUnobserved(observation: Observation): Unobserved[] {
  const endpoints = endpointsOf(observation);
  const lost = lostNetworks(observation);
  return [
    ...(lost === undefined ? [] : [{ because: lost.because, reason: lost.missing }]),
    ...observation.hosts.flatMap(({ name, kernel }) =>
      'missing' in kernel
        ? [{ because: kernel.because, reason: `kernel of ${name}: ${kernel.missing}` }]
        : [],
    ),
    ...observedKernels(observation).flatMap(({ host: { name }, kernel }) =>
      kernel.unreadOverlays
        // Without a container, the rest of a namespace does not matter.
        .filter(({ idPrefix }) =>
          endpoints.some(({ host, networkId }) => host === name && networkId.startsWith(idPrefix)),
        )
        .map(({ why }): Unobserved => ({ because: 'failed', reason: `kernel of ${name}: ${why}` })),
    ),
  ];
}
