import type { Diagnosis, Remedy } from '../../model/diagnosis.ts';
import type { Difference, DifferenceKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { isOf } from '../consequences.ts';
import { staleEntriesOf } from '../kernel/stale-entries.ts';
import { fieldOf } from '../paths/paths-between.ts';
import type { Rule } from '../rule.ts';

/** Symptoms of a container that is down, or on the wrong host or network. */
const symptoms: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'name-unanswered',
  'name-other',
  'container-path-dead',
  'port-silent',
  'application-fails',
  'application-without-database',
]);

/** Further symptoms of a restarting container: kernels have its endpoints at times only. */
const symptomsOfRestarts: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  ...symptoms,
  'forwarding-absent',
  'forwarding-other',
  'neighbour-absent',
  'neighbour-other',
]);

/** A container on the wrong host or network. */
export const containerMisplaced: Rule = {
  name: 'container-misplaced',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'container-elsewhere')
      .map((misplaced) => ({
        code: 'container-misplaced',
        ...describe(misplaced, open, observation),
        remedy: bringHome(misplaced),
      })),
};

/** A container that is to run and does not. */
export const containerDown: Rule = {
  name: 'container-down',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'container-not-running' || kind === 'container-absent')
      .map((down) => ({
        code: 'container-down',
        ...describe(down, open, observation),
        remedy: bringUp(down),
      })),
};

function describe(
  cause: Difference,
  open: readonly Difference[],
  observation: Observation,
): Pick<Diagnosis, 'where' | 'summary' | 'evidence' | 'consequences'> {
  const { container } = cause.where;
  const { application } = observation.expectations;
  const isKnown = isRestarting(cause) ? symptomsOfRestarts : symptoms;
  const serves = container === application?.container || container === application?.database;
  return {
    where: cause.where,
    summary: cause.text,
    evidence: [cause],
    consequences: [
      ...open.filter(
        (one) => isKnown.has(one.kind) && (isOf(one, container) || (serves && isApplication(one))),
      ),
      ...staleEntriesOf(cause, open, observation),
    ],
  };
}

function isApplication({ kind }: Difference): boolean {
  return kind === 'application-fails' || kind === 'application-without-database';
}

function isRestarting(cause: Difference): boolean {
  return statusOf(cause) === 'restarting';
}

function statusOf({ observed }: Difference): unknown {
  return fieldOf(observed, 'status');
}

function bringHome({ where: { host, container = '', network }, expected }: Difference): Remedy {
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
    effect: `Removes the container from this host, with its files. Run it on ${typeof expected === 'string' ? expected : 'its host'} if it does not run there yet.`,
  };
}

function bringUp(cause: Difference): Remedy {
  const { kind, where } = cause;
  const { host, container = '' } = where;
  if (kind === 'container-absent') {
    return {
      kind: 'next-step',
      host,
      commands: [],
      effect: `Create ${container} again with docker run, with the same image and options.`,
    };
  }
  if (statusOf(cause) === 'paused') {
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'unpause', container]],
      effect: 'Resumes its processes.',
    };
  }
  if (isRestarting(cause)) {
    return {
      kind: 'next-step',
      host,
      commands: [['docker', 'logs', '--tail', '50', container]],
      effect: 'Shows why its program exits. It keeps exiting until that cause is fixed.',
    };
  }
  return {
    kind: 'fix',
    host,
    commands: [['docker', 'start', container]],
    effect: 'Starts the container again.',
  };
}
