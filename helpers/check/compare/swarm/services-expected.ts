import type { PublishedServicePort, ServiceFacts } from '../../../docker/swarm/service-facts.ts';
import { servicesOf } from '../../derive/services.ts';
import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { ExpectedPort, ExpectedService } from '../../model/target.ts';

/** Every expected service exists, with its tasks, networks and published ports. It may have more of them. */
export const servicesExpected: Comparison = {
  name: 'services-expected',
  title: 'every expected service exists, with its tasks, networks and ports',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const { services: expected = [] } = observation.expectations;
    if (expected.length === 0) {
      const missing = 'no expected services were given';
      return skipped({ missing, because: 'not-requested' });
    }
    const listed = servicesOf(observation);
    if ('missing' in listed) return skipped(listed);
    const { services, later } = listed.value;
    const names = networkNames(observation);
    const find = (existing: readonly ServiceFacts[]) =>
      expected.flatMap((one) => {
        const found = existing.find(({ name }) => name === one.name);
        return found === undefined || found.replicas === 0
          ? [describeMissing(one, found)]
          : findChanges(one, found, names);
      });
    const again = new Set(find(later?.services ?? services).map(({ text }) => text));
    return outcomeOf(
      // A service that someone replaces during the check is missing for a moment.
      find(services).filter(({ text }) => again.has(text)),
      expected.map(({ name }) => `service ${name} exists`),
    );
  },
};

/** Returns the names of overlay networks by their IDs. */
function networkNames({ swarm }: Observation): ReadonlyMap<string, string> {
  return new Map((valueOf(swarm)?.networks ?? []).map(({ id, name }) => [id, name]));
}

function describeMissing(
  { name, replicas }: ExpectedService,
  found: ServiceFacts | undefined,
): Difference {
  return {
    kind: 'service-missing',
    where: { service: name },
    expected: { replicas: replicas ?? null },
    observed: { replicas: found === undefined ? null : 0 },
    text:
      found === undefined
        ? `the swarm has no service ${name}`
        : `service ${name} is scaled to 0 tasks`,
  };
}

function findChanges(
  expected: ExpectedService,
  found: ServiceFacts,
  names: ReadonlyMap<string, string>,
): Difference[] {
  const { name, replicas, networks = [], ports = [] } = expected;
  const own = Object.keys(found.aliases).map((named) => names.get(named) ?? named);
  const describe = (
    what: string,
    wanted: Difference<'service-mismatch'>['expected'],
    observed: Difference<'service-mismatch'>['observed'],
  ): Difference => ({
    kind: 'service-mismatch',
    where: { service: name },
    expected: wanted,
    observed,
    text: `service ${name} ${what}`,
  });
  return [
    // The number of a global service depends on the nodes.
    ...(replicas === undefined || found.replicas === undefined || found.replicas >= replicas
      ? []
      : [
          describe(
            `has ${found.replicas} of ${replicas} tasks`,
            { replicas },
            { replicas: found.replicas },
          ),
        ]),
    ...networks
      .filter((network) => !own.includes(network))
      .map((network) =>
        describe(`is not on the network ${network}`, { network }, { networks: own }),
      ),
    ...ports
      .filter((port) => !found.ports.some((one) => isSamePort(one, port)))
      .map((port) =>
        describe(
          `does not publish ${describePort(port)}`,
          { port },
          { ports: found.ports.map(describePort) },
        ),
      ),
  ];
}

function isSamePort(one: PublishedServicePort, other: ExpectedPort): boolean {
  return (
    one.published === other.published &&
    one.target === other.target &&
    one.protocol === other.protocol &&
    one.mode === other.mode
  );
}

function describePort({ published, target, protocol, mode }: ExpectedPort): string {
  return `${published}:${target}/${protocol} in mode ${mode}`;
}
