import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { Expectations } from '../../model/target.ts';
import { type AnsweringHost, answeringHosts } from './answering-hosts.ts';

type ExpectedContainer = NonNullable<Expectations['containers']>[number];

/** Every container that is expected runs, on its host and network and nowhere else. */
export const containersInPlace: Comparison = {
  name: 'containers-in-place',
  title: 'every expected container runs on its host and nowhere else',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const { containers = [] } = observation.expectations;
    if (containers.length === 0) {
      const reason = 'no expected containers were given';
      return { state: 'skipped', reason, because: 'not-requested' };
    }
    const hosts = answeringHosts(observation);
    const differences = containers.flatMap((one) => findMisplaced(one, hosts, observation));
    return outcomeOf(
      differences,
      containers.map(({ name, host }) => `${name} runs on ${host}`),
    );
  },
};

function findMisplaced(
  { name, host, network }: ExpectedContainer,
  hosts: readonly AnsweringHost[],
  { hosts: all }: Observation,
): Difference[] {
  const found = hosts.flatMap((one) =>
    one.view.containers
      .filter((container) => container.name === name)
      .map((container) => ({ on: one.host.name, container })),
  );
  const elsewhere = found
    .filter(({ on, container }) => on !== host && container.running)
    .map(
      ({ on }): Difference => ({
        kind: 'container-elsewhere',
        where: { host: on, container: name },
        expected: host,
        observed: on,
        text: `${name} runs on ${on} instead of ${host}`,
      }),
    );
  const isSilent = all.some((one) => one.name === host && 'missing' in one.engine);
  const own = found.find(({ on }) => on === host)?.container;
  if (own === undefined) {
    if (isSilent || elsewhere.length > 0) return elsewhere;
    const text = `container ${name} does not exist on ${host} or any other host`;
    return [
      {
        kind: 'container-missing',
        where: { host, container: name },
        expected: host,
        observed: null,
        text,
      },
    ];
  }
  const isOff = network !== undefined && own.running && own.networks[network] === undefined;
  return isOff
    ? [
        ...elsewhere,
        {
          kind: 'container-elsewhere',
          where: { host, container: name, network },
          expected: network,
          observed: Object.keys(own.networks),
          text: `${name} on ${host} is not connected to the network ${network}; its networks: ${Object.keys(own.networks).join(', ') || 'none'}`,
        },
      ]
    : elsewhere;
}
