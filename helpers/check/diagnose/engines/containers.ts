import { answeringHosts } from '../../compare/engines/answering-hosts.ts';
import type { Action } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isOf } from '../consequences.ts';
import { staleEntriesOf } from '../kernel/stale-entries.ts';
import { ruleFor } from '../rule.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Symptoms of a container that is down, or on the wrong host or network. */
const symptoms: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'name-unanswered',
  'name-mismatch',
  'container-path-dead',
  'port-silent',
  'application-fails',
  'application-without-database',
]);

/** Further symptoms of a restarting container: kernels have its endpoints at times only. */
const symptomsOfRestarts: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  ...symptoms,
  'forwarding-missing',
  'forwarding-mismatch',
  'neighbour-missing',
  'neighbour-mismatch',
]);

/** Symptoms on other hosts of an endpoint that is still listed. */
const believed: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'name-mismatch',
  'name-unanswered',
  'container-path-dead',
  'forwarding-stale',
  'forwarding-mismatch',
  'neighbour-stale',
  'neighbour-mismatch',
  'application-fails',
]);

/** A container on the wrong host or network. */
export const containerMisplaced = ruleFor('container-elsewhere', 'container-misplaced', {
  consequences: symptomsOfContainer,
  action: moveBack,
});

/** A container that is to run and does not. */
export const containerDown = ruleFor(
  ['container-not-running', 'container-missing'],
  'container-down',
  { consequences: symptomsOfContainer, action: startAgain },
);

/** A listed endpoint that no container has: its container is gone or has moved. */
export const endpointStale = ruleFor('endpoint-without-container', 'endpoint-stale', {
  consequences: ({ where }, open) =>
    open.filter((one) => believed.has(one.kind) && isOf(one, where.container)),
  action: deleteRecord,
});

function symptomsOfContainer(
  cause: Difference<'container-elsewhere' | 'container-not-running' | 'container-missing'>,
  open: readonly Difference[],
  observation: Observation,
): Difference[] {
  const { container } = cause.where;
  const { application } = observation.expectations;
  const isRestarting =
    cause.kind === 'container-not-running' && cause.observed.status === 'restarting';
  const kinds = isRestarting ? symptomsOfRestarts : symptoms;
  const serves = container === application?.container || container === application?.database;
  return [
    ...open.filter(
      (one) => kinds.has(one.kind) && (isOf(one, container) || (serves && isApplication(one))),
    ),
    ...staleEntriesOf(cause, open, observation),
  ];
}

function isApplication({ kind }: Difference): boolean {
  return kind === 'application-fails' || kind === 'application-without-database';
}

function moveBack({ where, expected }: Difference<'container-elsewhere'>): Action {
  const { host, container = '', network } = where;
  if (network !== undefined) {
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'network', 'connect', network, container]],
      effect: 'Connects the container to the network.',
    };
  }
  return {
    kind: 'fix',
    host,
    commands: [['docker', 'rm', '--force', container]],
    effect: `Removes the container from this host, with its files. Run it on ${expected} if it does not run there yet.`,
  };
}

function startAgain(cause: Difference<'container-not-running' | 'container-missing'>): Action {
  const { host, container = '' } = cause.where;
  if (cause.kind === 'container-missing') {
    return {
      kind: 'next-step',
      host,
      commands: [],
      effect: `Create ${container} again with docker run, with the same image and options.`,
    };
  }
  const { status, error } = cause.observed;
  if (stuckSandbox.test(error ?? '')) return renewDatabase(host, container);
  if (status === 'paused') {
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'unpause', container]],
      effect: 'Resumes its processes.',
    };
  }
  if (status === 'restarting') {
    return {
      kind: 'next-step',
      host,
      commands: [['docker', 'logs', '--tail', '50', container]],
      effect: 'Shows why its program exits. It keeps exiting until that cause is fixed.',
    };
  }
  // An engine refuses to start it: "container is marked for removal" (daemon/start.go in moby).
  if (status === 'dead') {
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'rm', '--force', container]],
      effect:
        'Completes the removal of the container, which has begun and failed. A service has its own replacement; create any other container again with docker run.',
    };
  }
  return {
    kind: 'fix',
    host,
    commands: [['docker', 'start', container]],
    effect: 'Starts the container again.',
  };
}

/**
 * The error of an engine that takes endpoints of overlay networks from before a power failure for running ones. It reads
 * them at each start, and removes only some of them: restarts do not help.
 */
const stuckSandbox = /could not get network sandbox \(oper true\)/;

function renewDatabase(host: string | undefined, container: string): Action {
  return {
    kind: 'fix',
    host,
    commands: [
      ['systemctl', 'stop', 'docker'],
      ['rm', '/var/lib/docker/network/files/local-kv.db'],
      ['systemctl', 'start', 'docker'],
      ['docker', 'start', container],
    ],
    effect:
      'Deletes the database with the endpoints of this engine, which a power failure has made wrong, and starts the container. Networks that you created with the driver bridge, macvlan or ipvlan on this host are in it: create them again.',
  };
}

function deleteRecord({ where }: Difference, observation: Observation): Action {
  const { network = '', container = '', host } = where;
  if (traitsOf(observation).hasManagers) {
    return {
      kind: 'fix',
      host,
      commands: [['systemctl', 'restart', 'docker']],
      effect:
        'Restarts the engine, which then announces its current endpoints to the others. Containers stop unless they have a restart policy or the engine uses live-restore.',
    };
  }
  return {
    kind: 'fix',
    host: host ?? answeringHosts(observation)[0]?.host.name,
    commands: [['docker', 'network', 'disconnect', '--force', network, container]],
    effect: 'Deletes the endpoint record for all hosts. No running container is affected.',
  };
}
