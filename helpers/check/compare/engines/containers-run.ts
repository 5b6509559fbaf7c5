import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { ContainerFacts } from '../../../docker/containers/container-facts.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isFlapping, secondReadOf } from './unstable-containers.ts';
import { answeringHosts } from './answering-hosts.ts';

/**
 * Every expected container runs; on shared networks, no container is paused, dead or restarting. Exited containers do not
 * count, because they may have finished.
 */
export const containersRun: Comparison = {
  name: 'containers-run',
  title: 'every container that should run is running',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const watched = answeringHosts(observation).flatMap(({ host, view }) => {
      const shared = new Set(
        view.networks.filter(({ scope }) => scope !== 'local').map(({ name }) => name),
      );
      return view.containers
        .filter(
          (one) =>
            isExpected(host.name, one, observation) ||
            (one.status !== 'exited' &&
              one.status !== 'created' &&
              one.status !== 'removing' &&
              Object.keys(one.networks).some((name) => shared.has(name))),
        )
        .map((container) => ({
          host: host.name,
          container: isFlapping(container, view)
            ? ({ ...container, ...secondReadOf(container, view), status: 'restarting' } as const)
            : container,
        }));
    });
    const differences = watched
      .filter(({ container: { status } }) => status !== 'running')
      .map(({ host, container }) => describeDown(host, container));
    return outcomeOf(
      differences,
      watched.map(({ host, container }) => `${container.name} on ${host}: ${container.status}`),
    );
  },
};

function isExpected(on: string, { name }: ContainerFacts, { expectations }: Observation): boolean {
  const expected = expectations.containers ?? [];
  return expected.some((one) => one.name === name && one.host === on);
}

function describeDown(
  host: string,
  { name, status, exitCode, error, restartCount }: ContainerFacts,
): Difference {
  const how = {
    paused: 'is paused and does not respond',
    restarting: `exits each time it starts: ${restartCount === 1 ? '1 restart' : `${restartCount} restarts`} so far`,
    exited: `has exited with code ${exitCode}`,
    created: 'was never started',
    removing: 'is being removed',
    dead: 'is dead: its engine could not remove it',
    running: 'runs',
  }[status];
  const why = error === '' ? '' : `: ${error}`;
  return {
    kind: 'container-not-running',
    where: { host, container: name },
    expected: 'running',
    observed: { status, exitCode, restartCount, error },
    text: `${name} on ${host} ${how}${why}`,
  };
}
