import { type Check, outcomeOf } from '../check.ts';
import type { ContainerFacts } from '../../engine/container-facts.ts';
import type { Difference } from '../difference.ts';
import type { Observation } from '../observation.ts';
import { answeringHosts } from './seen-engines.ts';

/**
 * Every container that is expected runs; and of those on networks that hosts share, none is paused, dead or started again
 * and again. Of one that ended nobody knows whether it was to.
 */
export const containersRun: Check = {
  name: 'containers-run',
  title: 'every container that is to run does',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const watched = answeringHosts(observation).flatMap(({ host, view }) => {
      const shared = new Set(
        view.networks.filter(({ scope }) => scope !== 'local').map(({ name }) => name),
      );
      const now = Date.parse(view.info.systemTime);
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
          container,
          flaps: isFlapping(container, now),
        }));
    });
    const differences = watched
      .filter(({ container: { status }, flaps }) => status !== 'running' || flaps)
      .map(({ host, container, flaps }) =>
        describeDown(host, flaps ? { ...container, status: 'restarting' } : container),
      );
    return outcomeOf(
      differences,
      watched.map(({ host, container }) => `${container.name} on ${host}: ${container.status}`),
    );
  },
};

/** Milliseconds after which an engine itself takes a container for one that runs. */
const SETTLED = 10_000;

/** Whether it is one that ends again and again, met in a moment in which it runs. */
function isFlapping({ status, restartCount, startedAt }: ContainerFacts, now: number): boolean {
  return status === 'running' && restartCount > 1 && now - Date.parse(startedAt) < SETTLED;
}

function isExpected(on: string, { name }: ContainerFacts, { expectations }: Observation): boolean {
  const expected = expectations.containers ?? [];
  return expected.some((one) => one.name === name && one.host === on);
}

function describeDown(
  host: string,
  { name, status, exitCode, error, restartCount }: ContainerFacts,
): Difference {
  const how = {
    paused: 'is paused: it answers nobody',
    restarting: `ends each time it is started: ${restartCount} times so far`,
    exited: `has ended with ${exitCode}`,
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
